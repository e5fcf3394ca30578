import type { ServerOptions, ServerProcess } from '../../support/index.ts'
import { startServer } from '../../support/index.ts'

/** The versions of Socket.IO whose clients move, as test/package.json names them. */
export const VERSIONS = ['socket.io-4.6', 'socket.io-4.7', 'socket.io']

export interface ChatServerOptions extends ServerOptions {
  /** Options of zerodown. */
  readonly options?: Readonly<Record<string, unknown>>
  /** Which version of Socket.IO. */
  readonly version?: string
  readonly ioOptions?: Readonly<Record<string, unknown>>
  /** Every how many ms it ticks, and asks. */
  readonly tick?: number
  readonly ask?: number
  readonly generations?: Readonly<Record<number, object>>
}

/** What chat servers are told by their environment. */
export const environmentOf = ({
  options = {},
  version,
  ioOptions = {},
  tick,
  ask,
  generations = {},
}: ChatServerOptions): Record<string, string> => ({
  TEST_OPTIONS: JSON.stringify({ probation: 0, ...options }),
  IO_OPTIONS: JSON.stringify(ioOptions),
  GENERATIONS: JSON.stringify(generations),
  ...(version !== undefined && { SOCKET_IO: version }),
  ...(tick !== undefined && { TICK: String(tick) }),
  ...(ask !== undefined && { ASK: String(ask) }),
})

export const startChat = (given: ChatServerOptions = {}): Promise<ServerProcess> =>
  startServer('chat', { ...given, env: { ...environmentOf(given), ...given.env } })

/** Restarts, and waits until the old process has gone. */
export async function restartAndLeave(server: ServerProcess): Promise<void> {
  const old = server.current()
  await server.restart()
  await server.waitForExit(old, 30_000)
}

/** The events of that name that the generations have told. */
export const eventsOf = (server: ServerProcess, name: string): Record<string, unknown>[] =>
  server.output.lines
    .filter((line) => line.startsWith(`{"event":"${name}"`))
    .map((line) => JSON.parse(line) as Record<string, unknown>)
