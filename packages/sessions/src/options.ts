import type { IncomingMessage } from 'node:http'

/** How sessions are found, and how they go from one process to the next. */
export interface SessionsOptions<Value, Data> {
  /**
   * The session to which a request belongs; `undefined`: to none. Called for each request, so it must be quick. If it throws, the
   * request is answered without a session, and a warning says so once.
   */
  readonly keyOf: (request: IncomingMessage) => string | undefined
  /**
   * What goes to the successor. JSON has to be able to hold it. From here on the session is the successor's, so end what
   * changes it here, such as a timer. Called when no request of it is in flight; those that come meanwhile wait. Not called if
   * the successor has no sessions of that name. If it throws or rejects, the session stays with this process.
   */
  readonly give: (value: Value, key: string) => Data | Promise<Data>
  /** Makes the session of what was given. Requests for it wait meanwhile. If it throws or rejects, the session is lost. */
  readonly take: (data: Data, key: string) => Value | Promise<Value>
  /**
   * How long a request may wait for its session, which another process keeps for now, if it cannot be forwarded to that one. Then it
   * is answered without it. Default: 30 000. ms
   */
  readonly patience?: number
}
