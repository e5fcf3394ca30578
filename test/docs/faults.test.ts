import { readdirSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT, read } from '../workspace/members.ts'
import { anchorOf } from './anchors.ts'
import { rowsOf } from './matrix.ts'
import { titlesIn } from './titles.ts'

const MATRIX = join(ROOT, 'docs', 'faults.md')
/** Of tests in which nothing goes wrong. In those of all other folders something does. */
const HARMLESS = new Set([
  'applications',
  'docs',
  'examples',
  'frameworks',
  'load',
  'packaging',
  'soak',
  'support',
  'workspace',
])
const FOLDERS = readdirSync(join(ROOT, 'test'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !HARMLESS.has(entry.name))
  .map(({ name }) => `test/${name}`)

const matrix = read('docs', 'faults.md')
const rows = rowsOf(matrix)
const named = rows.flatMap(({ tests }) => tests)

const repeated = (all: readonly string[]): string[] => all.filter((one, at) => all.indexOf(one) !== at)

describe('the fault matrix', () => {
  it('says in each row what happens, what zerodown does, what is lost and which test shows it', () => {
    const incomplete = rows.filter(
      ({ what, does, lost, tests }) => [what, does, lost].includes('') || tests.length === 0,
    )
    expect(incomplete).toEqual([])
  })

  it('names tests that there are', () => {
    const files = new Set(named.map(({ file }) => file))
    const titles = new Map([...files].map((file) => [file, titlesIn(join(dirname(MATRIX), file))]))
    expect(named.filter(({ file, title }) => !titles.get(file)?.some((one) => one.includes(title)))).toEqual([])
  })

  it('says nothing twice', () => {
    expect(repeated(rows.map(({ what }) => what.toLowerCase()))).toEqual([])
    expect(repeated(named.map(({ file, title }) => `${file}: ${title}`))).toEqual([])
  })

  it('names every file of tests in which something goes wrong', () => {
    const files = FOLDERS.flatMap((folder) =>
      readdirSync(join(ROOT, folder)).map((file) => `${folder}/${file}`),
    ).filter((file) => /\.(test|suite)\.ts$/.test(file))
    const seen = new Set(named.map(({ file }) => relative(ROOT, join(dirname(MATRIX), file))))
    expect(files.length).toBeGreaterThan(0)
    expect(files.filter((file) => !seen.has(file))).toEqual([])
  })
})

it('the README links to sections of the fault matrix', () => {
  const links = [...read('README.md').matchAll(/\(docs\/faults\.md#([^)]+)\)/g)]
  const sections = new Set([...matrix.matchAll(/^## (.*)$/gm)].map(([, heading = '']) => anchorOf(heading)))
  expect(links.length).toBeGreaterThan(0)
  expect(links.map(([, anchor]) => anchor).filter((anchor) => !sections.has(anchor ?? ''))).toEqual([])
})
