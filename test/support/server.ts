import { extname, isAbsolute, join } from 'node:path'
import { ServerProcess } from '../../packages/adapter-suite/src/processes/server-process.ts'
import type { ServerOptions as ProcessOptions } from '../../packages/adapter-suite/src/processes/start-process.ts'
import { cleanUp } from './clean-up.ts'
import { FIXTURES } from './folders.ts'

export interface ServerOptions extends Omit<ProcessOptions, 'env'> {
  /** Variables: text as it is, all else as JSON. One that is `undefined` is not set. */
  env?: Readonly<Record<string, unknown>>
  /** GENERATIONS: what is particular to a generation, by its number. */
  generations?: Readonly<Record<number, object>>
  /** Wait until it listens. Default true; with false, for those that never will. */
  ready?: boolean
}

const running = new Set<ServerProcess>()

// The last resort, for a test run that ends without ending its tests.
process.on('exit', () => {
  for (const server of running) server.killAll()
})

/** Starts a fixture by name (`http`, `express`), or any program by its absolute path; it ends with the test. */
export async function startServer(
  program = 'http',
  { ready = true, env = {}, generations, ...options }: ServerOptions = {},
): Promise<ServerProcess> {
  const variables = variablesOf({ GENERATIONS: generations, ...env })
  const server = new ServerProcess(pathOf(program), { cwd: FIXTURES, ...options, env: variables })
  running.add(server)
  cleanUp(async () => {
    await server.dispose()
    running.delete(server)
  })
  if (ready) await server.waitForAnnouncement(0)
  return server
}

function pathOf(program: string): string {
  if (isAbsolute(program)) return program
  return join(FIXTURES, extname(program) === '' ? `${program}.mjs` : program)
}

function variablesOf(env: Readonly<Record<string, unknown>>): Record<string, string> {
  const set = Object.entries(env).filter(([, value]) => value !== undefined)
  return Object.fromEntries(
    set.map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
  )
}
