import type { Server, Socket } from 'node:net'
import type { Connections } from '../../connections/tracking.ts'
import type { LeavingKind } from '../kinds/guarded.ts'
import type { Fate } from './socket-sender.ts'

/** A server whose connections move, and what becomes of them. */
export interface Source {
  readonly server: Server
  readonly connections: Connections
  /** The listener's descriptor in the successor. */
  readonly listener: number
  /** @param frozen how long it was read by nobody, ms */
  moved(socket: Socket, fate: Exclude<Fate, 'refused'>, frozen: number): void
}

/** A connection that was found idle. */
export interface Idle {
  readonly socket: Socket
  readonly bytesRead: number
}

/** The servers whose connections of one kind move. */
export class Sources {
  readonly #kind: LeavingKind
  readonly #sources = new Set<Source>()

  constructor(kind: LeavingKind) {
    this.#kind = kind
  }

  add(source: Source): void {
    this.#sources.add(source)
  }

  /** The source of a connection. */
  of(socket: Socket): Source | undefined {
    for (const source of this.#sources) if (source.connections.open.has(socket)) return source
    return undefined
  }

  findIdle(): Idle[] {
    return [...this.#sources].flatMap(({ server, connections }) =>
      [...this.#kind.findIdle(server, connections.open)].map((socket) => ({ socket, bytesRead: socket.bytesRead })),
    )
  }
}

/** Whether nothing has arrived since it was found idle, and nobody has begun to end it. */
export function isStillIdle({ socket, bytesRead }: Idle): boolean {
  return !socket.destroyed && socket.bytesRead === bytesRead && !socket.writableEnded && !socket.readableEnded
}
