import { join } from 'node:path'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import type { AnyGroup, AnySingle } from '../../packages/core/src/options/table.ts'
import { entries, isGroup, singles } from '../../packages/core/src/options/table.ts'
import { textOptions } from '../../packages/core/src/options/texts.ts'
import { milliseconds } from '../../packages/core/src/options/value-types.ts'
import { ROOT, read } from '../workspace/members.ts'
import { docstringsIn } from './docstrings.ts'

const readme = read('README.md')
const section = /^## Options$(.*?)^## /ms.exec(readme)?.[1] ?? ''

/** The table with the columns "option" and "default", by the option as it is written. */
const table = /^\|\s*option\s*\|\s*default\s*\|.*\n\|[-:| ]+\|\n((?:\|.*\n)*)/im.exec(section)?.[1] ?? ''
const rows = new Map(
  table
    .trim()
    .split('\n')
    .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()))
    .map(([, option = '', standard = '', ...others]) => [option, { standard, others: others.join(' ') }]),
)
const rowOf = (name: string) => rows.get(`\`${name}\``) ?? { standard: '', others: '' }

/** Without what is a matter of taste: spaces, also in numbers, and which quotes. */
function compact(text: string): string {
  const numbers = text.replaceAll(/(?<=\d)[\s_,](?=\d{3})/g, '')
  return numbers.replaceAll(/\s/g, '').replaceAll('"', "'")
}

/** A default as a program gives it; `undefined` where there is none or only words can say it. */
function literalOf(entry: AnySingle | AnyGroup): string | undefined {
  const value = isGroup(entry)
    ? Object.fromEntries(Object.entries(entry.parts).map(([name, part]) => [name, part.default]))
    : entry.default
  return isLiteral(value) ? compact(inspect(value)) : undefined
}

function isLiteral(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.values(value).every(isLiteral)
  return ['string', 'number', 'boolean'].includes(typeof value)
}

const isTime = (entry: AnySingle | AnyGroup): boolean => !isGroup(entry) && entry.type === milliseconds
const groups = Object.entries(entries).filter((entry): entry is [string, AnyGroup] => isGroup(entry[1]))

describe('in the README the options', () => {
  it('are those that there are, in their order', () => {
    expect([...rows.keys()]).toEqual(Object.keys(entries).map((name) => `\`${name}\``))
  })

  it.each(Object.entries(entries))('have their defaults: %s', (name, entry) => {
    const { standard } = rowOf(name)
    const literal = literalOf(entry)
    if (literal === undefined) expect(standard).toMatch(/^\w/)
    else if (isTime(entry)) expect(compact(standard.replaceAll('`', ''))).toBe(`${literal}ms`)
    else expect(compact(standard)).toBe(`\`${literal}\``)
  })

  it.each(groups)('have their parts: %s', (name, { parts }) => {
    const { standard, others } = rowOf(name)
    const code = new Set(
      [...`${standard} ${others}`.matchAll(/`([^`]*)`/g)].flatMap(([, span = '']) => span.split(/\W+/)),
    )
    expect(Object.keys(parts).filter((part) => !code.has(part))).toEqual([])
  })
})

/** What users read of variables. Other documents name those that are none of theirs, or wrong. */
const GUIDES = [
  'README.md',
  'docs/getting-started.md',
  'docs/production.md',
  'docs/applications.md',
  'docs/run.md',
  'docs/frameworks.md',
  'examples/releases/README.md',
  'docs/from-pm2.md',
  'examples/register/README.md',
]

const variablesIn = (text: string): string[] => [...text.matchAll(/\bZERODOWN_[A-Z_]*[A-Z]/g)].map(([name]) => name)

it.each(GUIDES)('%s names variables that there are', (file) => {
  const known = new Set(textOptions.map(({ variable }) => variable))
  const named = variablesIn(read(file))
  expect(named.filter((name) => !known.has(name))).toEqual([])
})

describe('in the README the variables', () => {
  const named = variablesIn(section)
  const places = textOptions.filter(({ variable }) => named.includes(variable)).map(({ place }) => place)

  it('show by examples how their names are made', () => {
    expect(places.filter(([option, part]) => part === undefined && /[A-Z]/.test(option))).not.toEqual([])
    for (const [name] of groups) expect(places.filter(([option]) => option === name)).not.toEqual([])
  })

  it('are said to be missing where there is none', () => {
    const without = singles.filter(({ type }) => type.text === undefined).map(({ place }) => place.join('.'))
    expect(without.filter((name) => !section.includes(`\`${name}\``))).toEqual([])
  })
})

describe('the docstring', () => {
  const docstrings = docstringsIn(join(ROOT, 'packages/core/src/options/options.ts'))
  /** The types of the options that have parts. */
  const types: Record<string, string> = { signals: 'Signals', launch: 'LaunchOptions' }
  const documented = singles.map((single) => {
    const [option, part] = single.place
    const name = part === undefined ? `Options.${option}` : `${types[option]}.${part}`
    return { name, docstring: docstrings.get(name) ?? '', single }
  })

  it.each(documented)('of $name says the default', ({ docstring, single }) => {
    const literal = literalOf(single)?.replaceAll(/[[\]]/g, String.raw`\$&`)
    const says = new RegExp(`default(:|is|sto)?${literal}(?!\\w)|${literal}\\(default\\)`, 'i')
    if (literal === undefined) expect(docstring).toMatch(/\bdefault\b/i)
    else expect(compact(docstring.replaceAll('`', ''))).toMatch(says)
  })

  it.each(documented.filter(({ single }) => isTime(single)))('of $name says the unit', ({ docstring }) => {
    expect(docstring).toMatch(/\bms\b/)
  })
})
