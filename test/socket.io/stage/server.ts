import type { ServerOptions, ServerProcess } from '../../support/index.ts'
import { startServer } from '../../support/index.ts'

/** The versions of Socket.IO whose clients move, as test/package.json names them. */
export const VERSIONS = ['socket.io-4.6', 'socket.io-4.7', 'socket.io']

export interface ChatServerOptions extends ServerOptions {
  /** Which version of Socket.IO. */
  readonly version?: string
  readonly ioOptions?: Readonly<Record<string, unknown>>
  /** Every how many ms it ticks, and asks. */
  readonly tick?: number
  readonly ask?: number
}

/** The fixture `chat`. */
export const startChat = ({
  version,
  ioOptions,
  tick,
  ask,
  env,
  ...others
}: ChatServerOptions = {}): Promise<ServerProcess> =>
  startServer('chat', { ...others, env: { SOCKET_IO: version, IO_OPTIONS: ioOptions, TICK: tick, ASK: ask, ...env } })
