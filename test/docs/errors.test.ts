import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT, isPublished, membersOfWorkspace, read } from '../workspace/members.ts'
import { sectionOf } from './markdown.ts'
import type { Node } from './syntax.ts'
import { nodesOf } from './syntax.ts'

const page = read('docs', 'errors.md')
const [, union = ''] = /type ZerodownErrorCode =(.*?)\n\n/s.exec(read('packages/core/src/errors.ts')) ?? []

const codesIn = (text: string): string[] => [...text.matchAll(/\bERR_ZERODOWN_[A-Z_]*[A-Z]/g)].map(([code]) => code)

const codes = codesIn(union)
const headings = [...page.matchAll(/^### (.*)$/gm)].map(([, heading = '']) => heading)

const sources = membersOfWorkspace()
  .filter(isPublished)
  .flatMap(({ folder }) => {
    const files = readdirSync(join(ROOT, folder, 'src'), { recursive: true, encoding: 'utf8' })
    return files.filter((file) => file.endsWith('.ts')).map((file) => join(folder, 'src', file))
  })

describe('the errors by code', () => {
  it('are all codes that there are, and no others', () => {
    expect(codes.length).toBeGreaterThan(10)
    expect(headings.toSorted()).toEqual(codes.toSorted())
  })

  it.each(headings)('say when it comes, what it means for the service, and what to do: %s', (heading) => {
    const parts = [...sectionOf(page, heading).matchAll(/^- \*\*(.*?)\*\*:? \S/gm)].map(([, part]) => part)
    expect(parts).toEqual(['When', 'The service', 'What to do'])
  })
})

describe('a code', () => {
  const given = new Set(sources.flatMap((file) => nodesOf(join(ROOT, file)).flatMap(codesGivenBy)))

  it.each(codes)('is that of an error which comes from somewhere: %s', (code) => {
    expect([...given]).toContain(code)
  })

  it('in a docstring is one that there is', () => {
    const unknown = sources.flatMap((file) => codesIn(read(file)).filter((code) => !codes.includes(code)))
    expect(unknown).toEqual([])
  })
})

/** Codes that a call or an object gets. Comparisons and types do not count. */
function codesGivenBy({ type, arguments: passed, value }: Node): string[] {
  const given = type === 'CallExpression' || type === 'NewExpression' ? passed : type === 'Property' ? [value] : []
  return (given as Node[]).flatMap(codesOf)
}

/** Of `a ? b : c`, those of `b` and `c`. */
function codesOf({ type, value, consequent, alternate }: Node): string[] {
  if (type === 'ConditionalExpression') return [consequent, alternate].flatMap((node) => codesOf(node as Node))
  return type === 'Literal' && typeof value === 'string' ? codesIn(value) : []
}
