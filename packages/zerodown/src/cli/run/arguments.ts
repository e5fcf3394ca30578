import { parseArgs } from 'node:util'
import type { RunFile } from '@zerodown/run'
import { runTexts, workerTexts } from '@zerodown/run'
import { UsageError } from '../command.ts'

const TEXT = { type: 'string' } as const

const FLAGS = {
  ...Object.fromEntries(workerTexts.map(({ flag }) => [flag, TEXT])),
  ...Object.fromEntries(runTexts.map(({ flag, bare }) => [flag, bare === undefined ? TEXT : { type: 'boolean' }])),
  workers: { type: 'string', short: 'w' },
  'node-args': TEXT,
  help: { type: 'boolean', short: 'h' },
} as const

/** What flags say that come without a value. */
const BARE = new Map(runTexts.map(({ flag, bare }) => [flag, bare]))

interface Given {
  readonly name: string
  /** As it was written. */
  readonly rawName: string
  readonly value: string | undefined
  readonly inlineValue: boolean | undefined
}

/**
 * What stands behind the program is the program's.
 * @throws {UsageError}
 */
export function parseRun(args: readonly string[]): RunFile | 'help' {
  const { given, rest } = split([...args])
  const texts = new Map<string, string>()
  const nodeArgs: string[] = []
  const envFiles: string[] = []
  for (const flag of given) {
    if (flag.name === 'help' && flag.value === undefined) return 'help'
    const value = valueOf(flag)
    if (flag.name === 'node-args') nodeArgs.push(...value.split(' ').filter(Boolean))
    else texts.set(flag.name, value)
    if (flag.name === 'env-file') envFiles.push(value)
  }
  const [script, ...its] = rest
  return {
    ...optionsIn(texts),
    ...(script === undefined ? {} : { script, args: its }),
    ...(envFiles.length > 1 ? { envFile: envFiles } : {}),
    ...(nodeArgs.length === 0 ? {} : { nodeArgs }),
  }
}

/** Not strictly: what the program's own flags are is not known here, and `--node-args --import` is no mistake. */
function split(args: string[]): { given: Given[]; rest: string[] } {
  const { tokens } = parseArgs({ args, options: FLAGS, strict: false, allowPositionals: true, tokens: true })
  const given: Given[] = []
  for (const token of tokens) {
    if (token.kind === 'option') given.push(token)
    else return { given, rest: args.slice(token.index + (token.kind === 'option-terminator' ? 1 : 0)) }
  }
  return { given, rest: [] }
}

function valueOf({ name, rawName, value, inlineValue }: Given): string {
  if (!Object.hasOwn(FLAGS, name)) {
    throw new UsageError(`unknown option ${rawName}. Options for Node are given as in --node-args "${rawName}".`)
  }
  if (name === 'help') throw new UsageError(`${rawName}: takes no value.`)
  // `--pid-file --workers 2` forgets a value.
  const forgotten = value?.startsWith('-') && inlineValue !== true && name !== 'node-args'
  if (value !== undefined && !forgotten) return value
  const bare = BARE.get(name)
  if (bare !== undefined) return bare
  const instead = forgotten ? ` One that begins with a dash is given as in --${name}=${value}.` : ''
  throw new UsageError(`${rawName}: needs a value.${instead}`)
}

function optionsIn(texts: ReadonlyMap<string, string>): RunFile {
  const options: Record<string, unknown> = {}
  for (const { flag, place, wants, read } of [...runTexts, ...workerTexts]) {
    const text = texts.get(flag)
    if (text === undefined) continue
    const value = read(text)
    if (value === undefined) throw new UsageError(`--${flag}: wants ${wants}, got '${text}'.`)
    options[place[0]] = value
  }
  return options
}
