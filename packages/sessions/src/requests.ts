import { AsyncLocalStorage } from 'node:async_hooks'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Server } from 'node:net'
import { noteServer } from './servers.ts'

const REQUEST_EVENTS: ReadonlySet<string | symbol> = new Set(['request', 'checkContinue', 'checkExpectation'])

/** A request that the application does not know of yet. */
export interface Incoming {
  readonly server: Server
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** Tells the application of it. */
  toApplication(): boolean
}

/** What looks at each request before the application does. @returns whether it keeps it from the application for now */
export type Look = (incoming: Incoming) => boolean

/** The answer that the application is working on. It makes a session in answer to a request that does not name it yet. */
export const current: AsyncLocalStorage<ServerResponse> = new AsyncLocalStorage()

const looks = new Set<Look>()
const watched = new WeakSet<Server>()

export const addLook = (look: Look): void => void looks.add(look)

/**
 * Looks at the requests of a server before its listeners do. A listener could not hold back the others, so `emit` is
 * replaced.
 */
export function watch(server: Server): void {
  noteServer(server)
  if (watched.has(server)) return
  watched.add(server)
  const { emit } = server
  server.emit = function (this: Server, event: string | symbol, ...args: unknown[]): boolean {
    if (!REQUEST_EVENTS.has(event)) return Reflect.apply(emit, this, [event, ...args])
    const [request, response] = args as [IncomingMessage, ServerResponse]
    const toApplication = (): boolean => current.run(response, () => Reflect.apply(emit, this, [event, ...args]))
    for (const look of looks) if (look({ server, request, response, toApplication })) return true
    return toApplication()
  } as Server['emit']
}
