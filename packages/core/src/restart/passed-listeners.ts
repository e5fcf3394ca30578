import type { Server } from 'node:net'
import type { TicketKeys } from '../channel/messages.ts'
import { ticketKeysOf } from '../handover/ticket-keys.ts'
import type { OwnedPath } from '../listeners/owned-path.ts'
import { forgetSecondPath, nameAgain, putBack } from '../listeners/second-path.ts'
import { isVacant } from '../listeners/unix-path.ts'
import type { InheritedListener } from '../listeners/inherited.ts'
import { FIRST_FD } from './launch.ts'

/** A server whose listener a successor can inherit. */
export interface PassableServer {
  readonly server: Server
  /** `undefined` where the socket has no number that could be passed on. */
  readonly listener: InheritedListener | undefined
  readonly path: OwnedPath | undefined
}

/** The listeners of some servers, for a successor to inherit: the n-th becomes its descriptor FIRST_FD + n. */
export class PassedListeners {
  readonly #servers: readonly PassableServer[]
  /** The unix paths, and a second name of each. */
  readonly #paths = new Map<string, string>()

  constructor(servers: readonly PassableServer[]) {
    this.#servers = servers.filter(({ listener }) => listener !== undefined)
    for (const server of this.#servers) {
      const path = server.path?.path
      const second = path === undefined ? undefined : nameAgain(path)
      if (path !== undefined && second !== undefined) this.#paths.set(path, second)
    }
  }

  get listeners(): InheritedListener[] {
    return this.#servers.flatMap(({ listener, path }) =>
      listener === undefined ? [] : { ...listener, secondPath: this.#paths.get(path?.path ?? '') },
    )
  }

  /**
   * Called when no successor has inherited them.
   * @param serving whether this process serves on, so that it needs its paths
   */
  takeBack(serving: boolean): void {
    for (const [path, second] of this.#paths) {
      if (serving) putBack(path, second)
      forgetSecondPath(second)
    }
  }

  /**
   * Restores at exit the unix paths that the application removes when it exits, as they are its successor's by now. A
   * path that is missing before that is left alone: it was given up, or the successor restores it.
   */
  keepPathsAtExit(): void {
    let there: [string, string][] = []
    process.prependListener('exit', () => {
      there = [...this.#paths].filter(([path]) => !isVacant(path))
    })
    process.on('exit', () => {
      for (const [path, second] of there) {
        putBack(path, second)
        forgetSecondPath(second)
      }
    })
  }

  get ticketKeys(): TicketKeys[] {
    return this.#servers.flatMap(({ server }, at) => {
      const keys = ticketKeysOf(server)
      return keys === undefined ? [] : { listener: FIRST_FD + at, keys }
    })
  }

  /** The descriptor of a server's listener in the successor. */
  descriptorOf(server: PassableServer): number | undefined {
    const at = this.#servers.indexOf(server)
    return at === -1 ? undefined : FIRST_FD + at
  }
}
