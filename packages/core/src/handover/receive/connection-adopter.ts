import type { Server } from 'node:net'
import type { Payload } from '../../channel/messages.ts'
import { accepting } from '../../node/internals/accepting.ts'
import type { Accept, ConnectionKind } from '../kinds/kind.ts'
import { KINDS, movableKinds } from '../kinds/kinds.ts'

/** Makes one server serve connections that a predecessor accepted. */
export class ConnectionAdopter {
  readonly #server: Server
  readonly #hindered: () => void
  readonly #known: readonly ConnectionKind[]
  #accept: Accept | undefined

  /**
   * @param server whose connections they become
   * @param hindered called when it turns out that it can take none of a kind that it seemed to take
   */
  constructor(server: Server, hindered: () => void, known: readonly ConnectionKind[] = KINDS) {
    this.#server = server
    this.#hindered = hindered
    this.#known = known
  }

  /** @param listening the server itself, or one that listens on a further address for it */
  begin(listening: Server): void {
    this.#accept = accepting(listening)
    for (const kind of movableKinds(listening, this.#known)) kind.begin?.(listening)
  }

  /** The kinds of connection that it takes now. */
  get kinds(): readonly ConnectionKind[] {
    return this.#accept === undefined ? [] : movableKinds(this.#server, this.#known)
  }

  /** @param connection its native handle. @returns whether it is served */
  adopt(connection: object, { kind: name, ...details }: Payload): boolean | Promise<boolean> {
    const kind = this.kinds.find((one) => one.name === name)
    if (kind === undefined || this.#accept === undefined) return false
    const served = kind.receive(this.#server, this.#accept, connection, details)
    if (!(served instanceof Promise)) return this.#check(kind, served)
    return served.then((later) => this.#check(kind, later))
  }

  #check(kind: ConnectionKind, served: boolean): boolean {
    if (!served && kind.obstacle(this.#server) !== undefined) this.#hindered()
    return served
  }
}
