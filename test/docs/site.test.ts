import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT, read } from '../workspace/members.ts'
import { docstringsIn } from './docstrings.ts'
import { DOCUMENTS } from './documents.ts'

const INDEX = 'docs/README.md'

const pages = DOCUMENTS.filter((file) => /^docs\/[\w-]+\.md$/.test(file) && file !== INDEX)
const examples = DOCUMENTS.filter((file) => file.startsWith('examples/'))

/** The files that a document links to, from the root. */
const linkedFrom = (file: string, folder: string): string[] =>
  [...read(file).matchAll(/\]\((?!https?:)([^)#\s]+)/g)].map(([, path = '']) => join(folder, path))

describe('the index of the documentation', () => {
  const linked = linkedFrom(INDEX, 'docs')

  it.each([...pages, ...examples])('has a link to %s', (file) => expect(linked).toContain(file))
})

it('the README has a link to the index', () => {
  expect(linkedFrom('README.md', '.')).toContain(INDEX)
})

/** What lets more than idle HTTP move. */
const calls = [...docstringsIn(join(ROOT, 'packages/zerodown/src/moving.ts')).keys()].flatMap((member) => {
  const [owner, name = ''] = member.split('.')
  return owner === 'Moving' && name !== '' ? [name] : []
})

it('there are calls that let something move', () => expect(calls).toContain('raw'))

/** https://llmstxt.org: a title, a summary, notes, and sections of links with a line each. */
describe('llms.txt', () => {
  const [head = '', ...sections] = read('llms.txt').split(/^(?=## )/m)

  it.each(calls)('names in its notes what lets something move: zerodown.%s()', (name) => {
    expect(head.includes(`zerodown.${name}(`)).toBe(true)
  })

  it('begins with a title and a summary', () => {
    expect(head).toMatch(/^# zerodown\n\n> \S.*\n\n/)
  })

  it.each(sections.map((section) => section.split('\n', 1)))(
    'has in the section "%s" links with a line each, and nothing else',
    (heading) => {
      const [, ...lines] =
        sections
          .find((section) => section.startsWith(`${heading}\n`))
          ?.trim()
          .split('\n') ?? []
      const others = lines.filter((line) => line !== '' && !/^- \[[^\]]+\]\([^)\s]+\): \S/.test(line))
      expect(others).toEqual([])
    },
  )

  it.each(linkedFrom('llms.txt', '.'))('links to a file that there is: %s', (file) => {
    expect(existsSync(join(ROOT, file))).toBe(true)
  })

  it.each([INDEX, ...pages])('has a link to %s', (file) => {
    expect(linkedFrom('llms.txt', '.')).toContain(file)
  })
})
