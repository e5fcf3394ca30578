import { parseArgs } from 'node:util'
import type { RunFile, RunSettings } from '@zerodown/run'
import { Supervisor, readConfigFile, resolveRun, workerTexts } from '@zerodown/run'
import { UsageError } from './usage-error.ts'

const FLAGS = {
  workers: { type: 'string', short: 'w' },
  'pid-file': { type: 'string' },
  'max-memory': { type: 'string' },
  'crash-limit': { type: 'string' },
  'env-file': { type: 'string' },
  'node-args': { type: 'string', multiple: true },
} as const

const REGISTER = new URL('../register/index.js', import.meta.url).href

/**
 * Runs a server until it is told to end.
 * @returns the exit code
 * @throws {UsageError} for what cannot be understood
 */
export async function run(args: readonly string[]): Promise<number> {
  const given = parseRun(args)
  let settings: RunSettings
  try {
    settings = resolveRun({ ...(await readConfigFile(process.cwd())), ...given }, REGISTER)
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error })
  }
  return new Supervisor(settings).run()
}

/** What is behind the program's name, or behind `--`, is the program's. */
export function parseRun(args: readonly string[]): RunFile {
  const own = args.slice(0, endOfOptions(args))
  const [script, ...rest] = args.slice(own.length).filter((word, at) => at > 0 || word !== '--')
  const texts = Object.fromEntries(workerTexts.map(({ flag }) => [flag, { type: 'string' as const }]))
  const { values } = parse(own, { ...FLAGS, ...texts })
  const text = (name: string): string | undefined => values[name] as string | undefined
  const worker = Object.fromEntries(
    workerTexts.flatMap(({ flag, place: [name], wants, read }) => {
      const given = text(flag)
      if (given === undefined) return []
      const value = read(given)
      if (value === undefined) throw new UsageError(`--${flag}: wants ${wants}, got '${given}'.`)
      return [[name, value]]
    }),
  ) as RunFile
  const workers = text('workers')
  return defined({
    ...worker,
    script,
    args: script === undefined ? undefined : rest,
    nodeArgs: (values['node-args'] as string[] | undefined)?.flatMap((words) => words.split(' ').filter(Boolean)),
    workers: workers === undefined || workers === 'max' ? workers : Number(workers),
    pidFile: text('pid-file'),
    maxMemory: text('max-memory'),
    crashLimit: text('crash-limit'),
    envFile: text('env-file'),
  })
}

/** Where the first word stands that is neither a flag nor the value of one. */
function endOfOptions(args: readonly string[]): number {
  for (let at = 0; at < args.length; at += 1) {
    const word = args[at] ?? ''
    if (word === '--' || !word.startsWith('-')) return at
    if (!word.includes('=') && (word.startsWith('--') || word.length === 2)) at += 1
  }
  return args.length
}

function parse(
  args: string[],
  options: NonNullable<Parameters<typeof parseArgs>[0]>['options'],
): { values: Record<string, unknown> } {
  try {
    return parseArgs({ args, options: options ?? {} }) as { values: Record<string, unknown> }
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error })
  }
}

const defined = (options: Record<string, unknown>): RunFile =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as RunFile
