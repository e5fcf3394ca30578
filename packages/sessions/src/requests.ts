import { AsyncLocalStorage } from 'node:async_hooks'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Server, Socket } from 'node:net'
import { noteServer } from './servers.ts'

const REQUEST_EVENTS: ReadonlySet<string | symbol> = new Set(['request', 'checkContinue', 'checkExpectation'])

/** A request that the application does not know of yet. */
export interface IncomingRequest {
  readonly server: Server
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** Tells the application of it. */
  toApplication(): boolean
}

/** The same for one that asks for an upgrade, and so has no response. */
export interface IncomingUpgrade {
  readonly server: Server
  readonly request: IncomingMessage
  /** What was read behind it. */
  readonly head: Buffer
  /** Tells the application of it. @param head what was read behind it by now */
  toApplication(head: Buffer): boolean
}

export type Incoming = IncomingRequest | IncomingUpgrade

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
    const tell = (...its: unknown[]): boolean => Reflect.apply(emit, this, [event, ...its])
    if (event === 'upgrade') {
      const [request, socket, head] = args as [IncomingMessage, Socket, Buffer]
      const toApplication = (read: Buffer): boolean => tell(request, socket, read)
      return isKept({ server, request, head, toApplication }) || toApplication(head)
    }
    if (!REQUEST_EVENTS.has(event)) return tell(...args)
    const [request, response] = args as [IncomingMessage, ServerResponse]
    const toApplication = (): boolean => current.run(response, () => tell(...args))
    return isKept({ server, request, response, toApplication }) || toApplication()
  } as Server['emit']
}

function isKept(incoming: Incoming): boolean {
  for (const look of looks) if (look(incoming)) return true
  return false
}
