import type { GenerationInfo } from '../channel/messages.ts'
import { sayRolledBack } from '../channel/peers.ts'
import { messageOf } from '../errors.ts'
import { IncomingConnections } from '../handover/receive/incoming-connections.ts'
import { takeTicketKeys } from '../handover/ticket-keys.ts'
import { forgetSecondPath } from '../listeners/second-path.ts'
import type { Settings } from '../options/options.ts'
import type { Inheritance } from '../restart/inheritance.ts'
import type { Predecessor, TakeOver } from '../restart/predecessor.ts'
import type { AttachedServer } from '../servers/attached-server.ts'
import type { AttachedServers } from '../servers/attached-servers.ts'
import type { Context } from './context.ts'
import { sayKindFailures } from './kind-failures.ts'

export interface SuccessorEvents {
  /**
   * This process is in charge now.
   * @param restart whether a trigger came meanwhile, so that one further restart has to follow
   */
  inCharge(how: TakeOver, restart: boolean): void
  /** A trigger came to the predecessor after its commit. @returns how the restart ends */
  restart(): Promise<GenerationInfo>
}

/** What a process does because it is a successor: it says how far it is, and takes what its predecessor hands over. */
export class AsSuccessor {
  readonly #predecessor: Predecessor
  readonly #inherited: Inheritance['listeners']
  readonly #servers: AttachedServers
  readonly #settings: Settings
  readonly #incoming: IncomingConnections
  /** What the predecessor was told that this process serves; `undefined` before that, and once it leaves. */
  #offered: readonly AttachedServer[] | undefined

  constructor(
    predecessor: Predecessor,
    { origin, servers, settings, state, emit }: Omit<Context, 'mainPid' | 'watchdog'>,
    events: SuccessorEvents,
  ) {
    this.#predecessor = predecessor
    this.#inherited = origin.inheritance?.listeners ?? []
    this.#servers = servers
    this.#settings = settings
    const failed = sayKindFailures(
      settings.logger,
      (kind) => `connections of the kind ${kind} stay with the process that has them`,
    )
    this.#incoming = new IncomingConnections(servers, predecessor.channel, failed)
    predecessor.subscribe({
      inCharge: (how, restart) => {
        // Where the predecessor has gone, nobody else accepts.
        servers.gate.open()
        events.inCharge(how, restart)
      },
      restartRequested: () => predecessor.reportRestart(events.restart()),
      ticketKeys: () => servers.listening.forEach((server) => this.resumeSessions(server)),
      notServed: () => this.#notServed(),
    })
    void predecessor.gone.then(() => {
      this.#incoming.dropAll()
      emit('received', { connections: this.#incoming.received })
      if (state.current !== 'starting') this.settlePaths()
    })
  }

  /** Lets clients resume the TLS sessions that they had with the predecessor. */
  resumeSessions({ server, inheritedAs }: AttachedServer): void {
    const keys = this.#predecessor.ticketKeysOf(inheritedAs)
    if (keys !== undefined) takeTicketKeys(server, keys)
  }

  /** Tells the predecessor that this process is ready, and which connections it takes. */
  announceReady(): void {
    const { handover, logger } = this.#settings
    const { listening } = this.#servers
    const accepts = handover ? this.#incoming.accepts : []
    for (const server of handover ? listening : []) {
      if (server.inheritedAs !== undefined) for (const why of server.obstacles()) logger.info(why)
    }
    if (accepts.length > 0) this.#incoming.prepare()
    this.#offered = listening.filter(({ inheritedAs }) => inheritedAs !== undefined)
    this.#predecessor.announceReady(accepts)
  }

  /** Tells the predecessor why this process cannot take over. */
  refuse(error: unknown): void {
    this.#predecessor.refuse(messageOf(error).replace(/\.$/, '')) // It is said within a sentence.
  }

  /** Tells the predecessor that this process ends, or serves nothing any more: it must not be put in charge. */
  announceLeaving(why: string): void {
    this.#offered = undefined
    this.#predecessor.announceLeaving(why)
    sayRolledBack()
  }

  /** Tells the predecessor how the restart ended that it asked for. */
  reportRestart(outcome: Promise<GenerationInfo>): void {
    this.#predecessor.reportRestart(outcome)
  }

  /** The application has closed its last server: nothing is taken any more. */
  stop(): void {
    this.#predecessor.subscribe(undefined)
    this.#incoming.stop()
  }

  /** The predecessor has gone, and removes no path any more. */
  settlePaths(): void {
    for (const { listening, path } of this.#servers) if (listening) path?.putBack()
    for (const { secondPath } of this.#inherited) if (secondPath !== undefined) forgetSecondPath(secondPath)
  }

  /** Names of what it has offered to serve and does not: by mistake, or because it ends. */
  #notServed(): string[] {
    if (this.#offered === undefined) return ['anything']
    return this.#offered.filter(({ server }) => !server.listening).map(({ key }) => key)
  }
}
