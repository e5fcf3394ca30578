import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { entries, isGroup } from '../../packages/core/src/options/table.ts'
import type { RunFile } from '../../packages/run/src/run-options.ts'
import { runOptions, workerTexts } from '../../packages/run/src/run-options.ts'
import { resolveRun } from '../../packages/run/src/settings.ts'
import { parseRun } from '../../packages/zerodown/src/cli/run/arguments.ts'
import { docstringsIn } from './docstrings.ts'

const guide = readFileSync(new URL('../../docs/run.md', import.meta.url), 'utf8')
const section = /^## Options$(.*?)^## /ms.exec(guide)?.[1] ?? ''

/** The table with the columns "option", "flag" and "default". */
const table = /^\|\s*option\s*\|\s*flag\s*\|\s*default\s*\|.*\n\|[-:| ]+\|\n((?:\|.*\n)*)/im.exec(section)?.[1] ?? ''
const rows = table
  .trim()
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, name = '', flag = '', standard = '']) => ({ name: name.replaceAll('`', ''), flag, standard }))

const docstrings = docstringsIn(fileURLToPath(new URL('../../packages/run/src/run-options.ts', import.meta.url)))
const supervisors = Object.keys(runOptions)
const workers = workerTexts.map(({ place: [name] }) => name)

/** Of code in Markdown. */
const spansIn = (text: string): string[] => [...text.matchAll(/`([^`]*)`/g)].map(([, span = '']) => span)

/** What a default in the table says; `undefined`: there is none. */
function valueOf(standard: string): unknown {
  const [, milliseconds] = /^([\d ]+) ms$/.exec(standard) ?? []
  if (milliseconds !== undefined) return Number(milliseconds.replaceAll(' ', ''))
  if (standard.startsWith('none')) return undefined
  const [literal = ''] = spansIn(standard)
  return JSON.parse(literal.replaceAll("'", '"'))
}

const settingsOf = (options: RunFile): unknown => resolveRun({ script: 'server.js', ...options }, 'register.js')

/** What a command line says. */
function optionsIn(words: string): RunFile {
  const options = parseRun(words.split(' '))
  if (options === 'help') throw new Error(`asks for help: ${words}`)
  return options
}

describe('in the guide to `zerodown run` the options', () => {
  it('are those that there are, in their order', () => {
    expect(rows.map(({ name }) => name)).toEqual([...supervisors, ...workers])
  })

  it.each(rows.filter(({ name }) => supervisors.includes(name)))('have their defaults: $name', ({ name, standard }) => {
    const value = valueOf(standard)
    const [, says] = /\bDefault: ([^.]*)/.exec(docstrings.get(`RunOptions.${name}`) ?? '') ?? []
    if (value === undefined) expect(says ?? 'none').toMatch(/^no/)
    else expect(valueOf(says?.startsWith('`') === true ? says : `\`${says}\``)).toBe(value)
    if (value !== undefined) expect(settingsOf({ [name]: value })).toEqual(settingsOf({}))
  })

  it.each(rows.filter(({ name }) => workers.includes(name)))('have their defaults: $name', ({ name, standard }) => {
    const entry = entries[name]
    expect(entry !== undefined && !isGroup(entry) && entry.default).toBe(valueOf(standard))
  })

  it.each(rows.filter(({ flag }) => flag.startsWith('`')))('have flags that set them: $name', ({ name, flag }) => {
    for (const span of spansIn(flag)) {
      const given = optionsIn(`${span} server.js`)
      expect(Object.keys(given).toSorted()).toEqual(['args', name, 'script'].toSorted())
      expect(() => settingsOf(given)).not.toThrow()
    }
  })
})

describe('in the guide to `zerodown run` the example', () => {
  it('of a configuration file is one', () => {
    const [, example = ''] = /```json\n(.*?)```/s.exec(section) ?? []
    expect(() => settingsOf(JSON.parse(example))).not.toThrow()
  })

  it.each([...guide.matchAll(/^(?:.*\/)?zerodown (run .*?)(?: #.*)?$/gm)].map(([, command = '']) => command))(
    'is a command: %s',
    (command) => {
      expect(() => settingsOf(optionsIn(command.slice('run '.length)))).not.toThrow()
    },
  )
})
