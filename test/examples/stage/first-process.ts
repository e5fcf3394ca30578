import { writeFile } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Target } from '@zerodown/load'
import { NAMESPACE, firstIn } from '../../run/stage/container.ts'
import type { ServerProcess } from '../../support/index.ts'
import { copyOf, startServer } from '../../support/index.ts'

const NODE = process.env['ZERODOWN_TEST_NODE'] ?? process.execPath
const COMMANDS = fileURLToPath(new URL('../../node_modules/.bin', import.meta.url))

/** A container as far as it can be had without Docker: a command that is PID 1 of a PID namespace. */
export interface Container {
  /** `unshare`, and all that comes of it. */
  readonly server: ServerProcess
  /** PID 1, seen from outside: it gets the signals. */
  readonly first: number
  readonly target: Target & { readonly port: number }
}

/**
 * Starts a command in the folder of an application that answers about its health.
 * @param command ends with the name of the program
 */
export async function startAsFirst(command: readonly string[], env: Record<string, string> = {}): Promise<Container> {
  const program = command.at(-1) ?? ''
  const { folder } = await copyOf('proxied')
  await writeFile(join(folder, program), "import './proxied.mjs'\n")
  const server = await startServer(join(folder, program), {
    cwd: folder,
    node: 'unshare',
    nodeArgs: [...NAMESPACE, ...command.slice(0, -1)],
    env: { ...env, TEST_OPTIONS: '{}', PATH: [dirname(NODE), COMMANDS, process.env['PATH']].join(delimiter) },
    ready: false,
  })
  await server.waitForLog(/workers? serves?$/, { timeout: 40_000 })
  const [listening] = server.announcements[0]?.listening ?? []
  if (typeof listening !== 'object') throw new Error(`It listens on no port. ${server.output}`)
  return { server, first: firstIn(server), target: { host: listening.address, port: listening.port } }
}
