import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { rowsOf } from './matrix.ts'
import { titlesIn } from './titles.ts'

const LIST = fileURLToPath(new URL('../../packages/core/src/node/internals/README.md', import.meta.url))
const FOLDER = dirname(LIST)

const text = readFileSync(LIST, 'utf8')
const rows = rowsOf(text)
const named = rows.flatMap(({ tests }) => tests)

describe('the list of what core relies on that Node does not document', () => {
  it('says in each row what, where, why there is no public way, and which test shows it', () => {
    const incomplete = rows.filter(
      ({ what, does: where, lost: why, tests }) => [what, where, why].includes('') || tests.length === 0,
    )
    expect(rows.length).toBeGreaterThan(20)
    expect(incomplete).toEqual([])
  })

  it('names files that there are', () => {
    const links = [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, path = '']) => path)
    expect(links.filter((path) => !existsSync(join(FOLDER, path)))).toEqual([])
  })

  it('names tests that there are', () => {
    const files = new Set(named.map(({ file }) => file))
    const titles = new Map([...files].map((file) => [file, titlesIn(join(FOLDER, file))]))
    expect(named.filter(({ file, title }) => !titles.get(file)?.some((one) => one.includes(title)))).toEqual([])
  })

  it('names every file of the folder', () => {
    const files = readdirSync(FOLDER).filter((file) => file.endsWith('.ts'))
    expect(files.filter((file) => !text.includes(`[${file}](${file})`))).toEqual([])
  })
})
