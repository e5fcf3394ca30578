import type { IncomingMessage, Server as HttpServer, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** What has come, and the application does not know of yet. Nothing more is read on its connection meanwhile. */
export interface Waiting {
  readonly request: IncomingMessage
  /** `undefined`: it asks for an upgrade */
  readonly response: ServerResponse | undefined
  /** Whether all that came before it on its connection is answered. */
  readonly isTurn: boolean
  /** What was read of it, as it can be read once more. */
  readonly bytes: Buffer
  /**
   * Whether what was read of it is enough to go on elsewhere.
   * @param cannot called if it turns out that it can never go
   */
  isMovable(cannot: () => void): boolean
  /** Whether nothing was read that belongs neither to it nor to those before it. */
  isLast(server: HttpServer, open: ReadonlySet<Socket>): boolean
  /** Lets what follows on its connection be read. */
  readOn(): void
  /** The application has it. */
  release(): void
  /** It goes on in another process. */
  leave(): void
  /** It can go nowhere, and its session is elsewhere: its client has to come again. */
  refuse(why: string): void
}
