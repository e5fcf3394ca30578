import { existsSync, readdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { overridesOfLinter } from '../workspace/linter.ts'
import { ROOT, read } from '../workspace/members.ts'
import { sectionOf, tableRowsOf } from './markdown.ts'

const DOCS = join(ROOT, 'docs')
const SOURCES = join(ROOT, 'packages/core/src')

const text = read('docs', 'architecture.md')
const picture = read('docs', 'architecture.svg')

const tableUnder = (heading: string): string[][] => tableRowsOf(sectionOf(text, heading))

const linksIn = (markdown: string): string[] =>
  [...markdown.matchAll(/\]\(([^)#]+)/g)].map(([, path = '']) => resolve(DOCS, path))

/** What stands in backticks and is a path: below the sources of core, or from the root. */
const quotedIn = (markdown: string): string[] =>
  [...markdown.matchAll(/`([\w./-]+(?:\.ts|\/))`/g)].map(([, path = '']) => path)

const inSources = (path: string): string => join(SOURCES, path)

describe('the architecture names', () => {
  it('files and folders that there are', () => {
    expect(linksIn(text).filter((path) => !path.startsWith('http') && !existsSync(path))).toEqual([])
    const missing = quotedIn(text).filter((path) => ![inSources(path), join(ROOT, path)].some((one) => existsSync(one)))
    expect(missing).toEqual([])
  })

  it.each(['lifecycle', 'restart', 'channel', 'handover'])(
    'every file of %s/, by itself or by the folder within it that it is in',
    (room) => {
      const named = new Set([...linksIn(text), ...quotedIn(text).map(inSources)])
      const isNamed = (file: string): boolean =>
        named.has(file) || (dirname(file) !== inSources(room) && isNamed(dirname(file)))
      const files = readdirSync(inSources(room), { recursive: true, encoding: 'utf8' })
      const forgotten = files.filter((file) => file.endsWith('.ts') && !isNamed(join(inSources(room), file)))
      expect(files.length).toBeGreaterThan(4)
      expect(forgotten).toEqual([])
    },
  )

  it('the layers of the linter, in their order, and all files above them', () => {
    const rule = overridesOfLinter()
      .map(({ rules }) => rules['zerodown/layers'])
      .find((one) => one !== undefined)
    const [, { order }] = rule as [string, { order: (string | string[])[] }]
    const layers = order.map((layer) => [layer].flat().map((name) => (name.endsWith('.ts') ? name : `${name}/`)))

    const rows = tableUnder('The layers')
    expect(rows.slice(0, -1).map(([layer = '']) => quotedIn(layer))).toEqual(layers)
    const above = readdirSync(SOURCES).filter((name) => name.endsWith('.ts') && !layers.flat().includes(name))
    expect(quotedIn(rows.at(-1)?.[1] ?? '').toSorted()).toEqual(above.toSorted())
  })
})

describe('the way of SIGUSR2 to the end of the old process', () => {
  const steps = tableUnder('In the old process')

  it('goes through 25 files at most', () => {
    const files = new Set(steps.flatMap(([, , file = '']) => linksIn(file)))
    expect(files.size).toBeGreaterThan(0)
    expect(files.size).toBeLessThanOrEqual(25)
  })

  it('goes back up in six places at most', () => {
    const places = tableUnder('Where control goes back up').map(([letter]) => letter)
    expect(places).toEqual(['A', 'B', 'C', 'D', 'E', 'F'])
  })

  it('has the same steps in the picture', () => {
    const told = [...steps, ...tableUnder('In the successor')].map(([step]) => Number(step))
    const drawn = [...picture.matchAll(/class="n"[^>]*>(\d+)</g)].map(([, step]) => Number(step))
    const byNumber = (one: number, other: number): number => one - other
    expect(drawn.toSorted(byNumber)).toEqual(told.toSorted(byNumber))
    expect(told.toSorted(byNumber)).toEqual(told.map((_, at) => at + 1))
  })
})
