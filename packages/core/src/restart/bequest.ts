import type { AttachedServer } from '../attached-server.ts'
import type { TicketKeys } from '../handover/ticket-keys.ts'
import { ticketKeysOf } from '../handover/ticket-keys.ts'
import type { InheritedListener } from './inheritance.ts'
import { FIRST_FD } from './launch.ts'

/** What a successor is to inherit: the listeners of these servers, in the order in which they become its descriptors. */
export class Bequest {
  readonly #servers: readonly AttachedServer[]

  constructor(servers: readonly AttachedServer[]) {
    this.#servers = servers.filter(({ listener }) => listener !== undefined)
  }

  get listeners(): InheritedListener[] {
    return this.#servers.flatMap(({ listener }) => listener ?? [])
  }

  get ticketKeys(): TicketKeys[] {
    return this.#servers.flatMap(({ server }, at) => {
      const keys = ticketKeysOf(server)
      return keys === undefined ? [] : { listener: FIRST_FD + at, keys }
    })
  }

  /** The listener's descriptor in the successor. */
  descriptorOf(server: AttachedServer): number | undefined {
    const at = this.#servers.indexOf(server)
    return at === -1 ? undefined : FIRST_FD + at
  }
}
