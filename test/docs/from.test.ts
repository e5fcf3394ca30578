import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { COMMANDS } from '../../packages/zerodown/src/cli/commands.ts'
import { read } from '../workspace/members.ts'
import { tableRowsOf } from './markdown.ts'

const require = createRequire(import.meta.url)

/** The packages that these pages tell of, with the files that their statements rest on. */
const TERMINUS = { name: '@godaddy/terminus', source: 'lib/terminus.js', types: 'typings/index.d.ts' }
const TERMINATOR = {
  name: 'http-terminator',
  source: 'dist/src/factories/createInternalHttpTerminator.js',
  types: 'dist/src/types.d.ts',
}
const STOPPABLE = { name: 'stoppable', source: 'lib/stoppable.js' }

const PAGES = [
  { page: 'from-terminus.md', it: TERMINUS },
  { page: 'from-http-terminator.md', it: TERMINATOR },
  { page: 'from-http-terminator.md', it: STOPPABLE },
]

const fileOf = (name: string, file: string): string =>
  readFileSync(join(dirname(require.resolve(`${name}/package.json`)), file), 'utf8')

/** The names of the options that a type declares. */
function optionsIn(types: string, type: RegExp): string[] {
  const [, members = ''] = type.exec(types) ?? []
  return [...members.matchAll(/^\s*(?:readonly )?(\w+)\??:/gm)].map(([, name = '']) => name)
}

/** What stands in the first column of a page, in backticks. */
const namedIn = (page: string): string[] =>
  tableRowsOf(read('docs', page)).flatMap(([cell = '']) => [...cell.matchAll(/\w+/g)].map(([word]) => word))

describe('the page', () => {
  it.each(PAGES)('$page is about the version of $it.name that is installed here', ({ page, it: { name } }) => {
    const { version } = JSON.parse(fileOf(name, 'package.json')) as { version: string }
    expect(read('docs', page)).toContain(version)
  })

  it.each([
    { page: 'from-terminus.md', it: TERMINUS, type: /interface TerminusOptions \{(.*?)\n {2}\}/s },
    { page: 'from-http-terminator.md', it: TERMINATOR, type: /HttpTerminatorConfigurationInput = \{(.*?)\n\}/s },
  ])('$page has a row for each option of $it.name', ({ page, it: { name, types }, type }) => {
    const options = optionsIn(fileOf(name, types), type)
    expect(options.length).toBeGreaterThan(1)
    expect(options.filter((option) => !namedIn(page).includes(option))).toEqual([])
  })
})

it.each(Object.keys(COMMANDS).filter((name) => name !== 'doctor'))(
  'from-pm2.md says what zerodown %s takes the place of',
  (name) => {
    const cells = tableRowsOf(read('docs', 'from-pm2.md')).flat()
    expect(cells.some((cell) => new RegExp(`\`zerodown ${name}\\b`).test(cell))).toBe(true)
  },
)

it.each([
  { ...TERMINUS, says: 'timeout = 1000,', option: 'timeout (1 s)' },
  { ...TERMINUS, says: "signal = 'SIGTERM',", option: 'signal (SIGTERM)' },
  { ...TERMINATOR, says: /gracefulTerminationTimeout: 1_?000,/, option: 'gracefulTerminationTimeout (1 s)' },
  { ...STOPPABLE, says: "grace = typeof grace === 'undefined' ? Infinity : grace", option: 'grace (none)' },
])('the default of $name that the page names is that of its source: $option', ({ name, source, says }) => {
  expect(fileOf(name, source)).toEqual(
    typeof says === 'string' ? expect.stringContaining(says) : expect.stringMatching(says),
  )
})
