import type { ServerOptions, ServerProcess } from '../../support/index.ts'
import { startServer } from '../../support/index.ts'
import type { ClientOptions } from './client.ts'
import { WebSocketClient } from './client.ts'

/** The versions of ws that are tested, as test/package.json names them. */
export const VERSIONS = ['ws-8.0', 'ws-8.11', 'ws-8.18', 'ws']

export interface WsServerOptions extends ServerOptions {
  /** Options of zerodown. */
  readonly options?: Readonly<Record<string, unknown>>
  /** Which version of ws. */
  readonly ws?: string
  readonly wsOptions?: Readonly<Record<string, unknown>>
  readonly mode?: string
  /** How often it sends on its own account. ms */
  readonly push?: number
  readonly generations?: Readonly<Record<number, object>>
}

/** What WebSocket servers are told by their environment. */
export const environmentOf = ({
  options = {},
  ws,
  wsOptions = {},
  mode,
  push,
  generations = {},
}: WsServerOptions): Record<string, string> => ({
  TEST_OPTIONS: JSON.stringify({ probation: 0, ...options }),
  WS_OPTIONS: JSON.stringify(wsOptions),
  GENERATIONS: JSON.stringify(generations),
  ...(ws !== undefined && { WS: ws }),
  ...(mode !== undefined && { WS_MODE: mode }),
  ...(push !== undefined && { PUSH: String(push) }),
})

export const startWs = (given: WsServerOptions = {}): Promise<ServerProcess> =>
  startServer('ws', { ...given, env: { ...environmentOf(given), ...given.env } })

export const openClients = (
  server: ServerProcess,
  count: number,
  options: ClientOptions = {},
): Promise<WebSocketClient[]> =>
  Promise.all(Array.from({ length: count }, () => WebSocketClient.open(server.target(), options)))

/** Restarts, and waits until the old process has gone. @param timeout ms */
export async function restartAndLeave(server: ServerProcess, timeout = 30_000): Promise<void> {
  const old = server.current()
  await server.restart(timeout)
  await server.waitForExit(old, timeout)
}

/** The events of that name that the generations have told. */
export const eventsOf = (server: ServerProcess, name: string): Record<string, unknown>[] =>
  server.output.lines
    .filter((line) => line.startsWith(`{"event":"${name}"`))
    .map((line) => JSON.parse(line) as Record<string, unknown>)
