import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What a fleet is started with. */
export interface Plan {
  readonly workers: number
  /** A folder of its own, for what it writes. */
  readonly folder: string
  /** For the program. */
  readonly args: readonly string[]
}

/** Arguments for Node, and variables of the environment. */
export interface Command {
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

/** One way to run a program in several processes. */
export interface Side {
  /** Starts a process that stays, and that starts the workers. */
  start(plan: Plan): Command
  /** Restarts all workers, and ends when that is done. Without, there is no such thing. */
  restart?(plan: Plan): Command
}

const here = (program: string): string => fileURLToPath(new URL(program, import.meta.url))
const SERVER = here('server.js')
const PRIMARY = here('primary.js')
const ZERODOWN = fileURLToPath(new URL('cli/main.js', import.meta.resolve('zerodown')))

export const zerodown: Side = {
  start: ({ workers, folder, args }) => ({
    args: [ZERODOWN, 'run', '-w', String(workers), '--pid-file', join(folder, 'pid'), SERVER, ...args],
  }),
  restart: ({ folder }) => ({ args: [ZERODOWN, 'reload', '--pid-file', join(folder, 'pid')] }),
}

const cluster = (policy: 'rr' | 'none'): Side => ({
  start: ({ workers }) => ({ args: [PRIMARY, String(workers)], env: { NODE_CLUSTER_SCHED_POLICY: policy } }),
})

const PM2_NAME = 'cores'

/**
 * With a home of its own, so that it meets no other pm2, and with its daemon in the foreground, so that it ends with us.
 * It looks for no newer version of itself.
 */
const pm2With = (program: string): Side => {
  const env = (folder: string): Record<string, string> => ({
    PM2_HOME: join(folder, 'pm2'),
    PM2_DISABLE_VERSION_CHECK: 'true',
    PM2_DISCRETE_MODE: 'true',
  })
  return {
    start: ({ workers, folder, args }) => ({
      args: [program, 'start', SERVER, '-i', String(workers), '--name', PM2_NAME, '--no-daemon', ...forProgram(args)],
      env: env(folder),
    }),
    restart: ({ folder }) => ({ args: [program, 'reload', PM2_NAME], env: env(folder) }),
  }
}

/** Without any, pm2 takes `--` for something else. */
const forProgram = (args: readonly string[]): readonly string[] => (args.length === 0 ? [] : ['--', ...args])

const found = findPm2()

/** `undefined`: it is not installed. */
export const pm2: Side | undefined = found && pm2With(found.path)
export const pm2Version: string | undefined = found?.version

/** By the names that the tables use. */
export const SIDES: Readonly<Record<string, Side>> = {
  'zerodown run': zerodown,
  'cluster, round robin': cluster('rr'),
  'cluster, none': cluster('none'),
  ...(pm2 === undefined ? {} : { pm2 }),
}

function findPm2(): { path: string; version: string } | undefined {
  try {
    const path = fileURLToPath(new URL('bin/pm2', import.meta.resolve('pm2')))
    const { version } = createRequire(import.meta.url)('pm2/package.json') as { version: string }
    return { path, version }
  } catch {
    return undefined
  }
}
