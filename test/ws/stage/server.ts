import type { ServerOptions, ServerProcess } from '../../support/index.ts'
import { startServer } from '../../support/index.ts'
import type { ClientOptions } from './client.ts'
import { WebSocketClient } from './client.ts'

/** The versions of ws that are tested, as test/package.json names them. */
export const VERSIONS = ['ws-8.0', 'ws-8.11', 'ws-8.18', 'ws']

/** Compression that needs nothing of what the client has sent before: so it can move. */
export const COMPRESSED = {
  wsOptions: { perMessageDeflate: { clientNoContextTakeover: true, threshold: 0 } },
  offer: { 'sec-websocket-extensions': 'permessage-deflate; client_no_context_takeover' },
} as const

export interface WsServerOptions extends ServerOptions {
  /** Which version of ws. */
  readonly ws?: string
  readonly wsOptions?: Readonly<Record<string, unknown>>
  readonly mode?: string
  /** How often it sends on its own account. ms */
  readonly push?: number
}

/** The fixture `ws`. */
export const startWs = ({ ws, wsOptions, mode, push, env, ...others }: WsServerOptions = {}): Promise<ServerProcess> =>
  startServer('ws', { ...others, env: { WS: ws, WS_OPTIONS: wsOptions, WS_MODE: mode, PUSH: push, ...env } })

export const openClients = (
  server: ServerProcess,
  count: number,
  options: ClientOptions = {},
): Promise<WebSocketClient[]> =>
  Promise.all(Array.from({ length: count }, () => WebSocketClient.open(server.target(), options)))
