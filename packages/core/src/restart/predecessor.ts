import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { AcceptedKinds } from '../handover/payload.ts'
import type { IncomingConnections } from '../handover/receive/incoming-connections.ts'
import type { TicketKeys } from '../handover/ticket-keys.ts'
import { ProcessIdentity } from '../process/identity.ts'
import { isNativeHandle } from '../node/internals/handles.ts'
import { channelOver } from '../node/internals/spawn-with-channel.ts'
import { inodeOf } from '../node/stat.ts'
import type { Inheritance } from './inheritance.ts'
import type { FromPredecessor, FromSuccessor } from '../channel/messages.ts'
import { mark, unmark } from '../channel/messages.ts'
import type { GenerationInfo } from './successor.ts'

/** How often to look whether the predecessor lives while its channel is open: only to be certain. ms */
const PACE = 1000

/** How a successor comes to be in charge. */
export type TakeOver = 'commit' | 'predecessor gone'

export interface PredecessorEvents {
  /**
   * This process is in charge now.
   * @param restart whether a trigger came meanwhile, so that one further restart has to follow
   */
  inCharge(how: TakeOver, restart: boolean): void
  /** A trigger came to the predecessor after its commit. */
  restart(): void
  /** The keys for resuming TLS sessions came. */
  ticketKeys(): void
  /** What this process said that it serves, and serves no more. */
  notServed(): readonly string[]
  /** Where connections come. */
  readonly incoming: IncomingConnections
}

/**
 * The predecessor as its successor sees it. The channel to it is an object of ours over a descriptor of its own: the
 * application's `process.send`, `process.channel` and their events have nothing to do with it.
 */
export class Predecessor {
  readonly pid: number
  /** Resolves when the predecessor's process has ended. A generation leaves only after its predecessor. */
  readonly gone: Promise<void>
  readonly #channel: ChildProcess | undefined
  #takeOver: TakeOver | undefined
  #ticketKeys: readonly TicketKeys[] = []
  #events: PredecessorEvents | undefined

  constructor({ predecessor, channel }: Inheritance) {
    this.pid = predecessor
    this.#channel = inodeOf(channel) === undefined ? undefined : channelOver(channel)
    this.gone = this.#untilGone(new ProcessIdentity(predecessor))
    void this.gone.then(() => this.#takeCharge('predecessor gone', false))
    this.#channel?.on('message', this.#receive)
    this.#channel?.on('error', () => {}) // Of a message that did not arrive: the end of the channel tells.
    // The channel is not what keeps a server alive.
    this.#channel?.channel?.unref()
    this.#send({ type: 'hello', pid: process.pid })
  }

  /** How this process came to be in charge; `undefined` while it is not. */
  get takeOver(): TakeOver | undefined {
    return this.#takeOver
  }

  /** Those of an inherited listener, if it had any and they are here already. */
  ticketKeysOf(listener: number | undefined): string | undefined {
    return this.#ticketKeys.find((one) => one.listener === listener)?.keys
  }

  /** Says that this process ends, or serves nothing any more: it must not be put in charge. */
  leave(why: string): void {
    this.#send({ type: 'leaving', why })
  }

  /** @param events `undefined`: nothing is served here any more */
  listen(events: PredecessorEvents | undefined): void {
    this.#events?.incoming.dropAll()
    this.#events = events
    // To end now, as a process does that has nothing more to do, would lose the connections that are on their way here.
    if (events === undefined && this.#takeOver === 'commit') this.#channel?.channel?.ref()
    else this.#channel?.channel?.unref()
  }

  /** Says that this process can take over. */
  ready(receivers: readonly AcceptedKinds[]): void {
    this.#send({ type: 'ready', pid: process.pid, receivers })
  }

  /** Says why this process could not listen. */
  refuse(message: string): void {
    this.#send({ type: 'refused', message })
  }

  /** Says how the further restart ended that the predecessor asked for. */
  restarted(outcome: Promise<GenerationInfo>): void {
    outcome.then(
      (generation) => this.#send({ type: 'restarted', ...generation }),
      (error: Error) => this.#send({ type: 'not-restarted', message: error.message }),
    )
  }

  readonly #receive = (received: unknown, handle: unknown): void => {
    const message = unmark<FromPredecessor>(received)
    if (message?.type === 'commit') this.#takeCharge('commit', message.restart)
    else if (message?.type === 'restart') this.#restart()
    else if (message?.type === 'stop') this.#stop()
    else if (message?.type === 'ticket-keys') {
      this.#ticketKeys = message.ticketKeys
      this.#events?.ticketKeys()
    } else if (message?.type === 'serving-asked') {
      const notServed = this.#events?.notServed() ?? ['anything']
      this.#send({ type: 'serving', notServed })
    } else if (message !== undefined) this.#receiveConnections(message, handle)
  }

  /** A child has got the signal itself. */
  #stop(): void {
    if (process.ppid !== this.pid) process.kill(process.pid, 'SIGTERM')
  }

  /** Every question is answered, also where nothing is served any more: the predecessor waits for it. */
  #restart(): void {
    if (this.#events !== undefined) this.#events.restart()
    else this.restarted(Promise.reject(new Error('the successor has closed its last server.')))
  }

  #receiveConnections(message: FromPredecessor, handle: unknown): void {
    const incoming = this.#events?.incoming
    const answer = (question: number, ids: readonly number[]): void =>
      this.#send({ type: 'connections', question, ids })
    if (message.type === 'connection') {
      if (incoming !== undefined) incoming.hold(message, handle)
      else if (isNativeHandle(handle)) handle.close()
    } else if (message.type === 'connection-closed') incoming?.drop(message.id)
    else if (message.type === 'connections-coming') {
      void Promise.resolve(incoming?.prepared).then(() => answer(message.question, []))
    } else if (message.type === 'connections-asked') {
      answer(
        message.question,
        message.ids.filter((id) => incoming?.holds(id)),
      )
    } else if (message.type === 'connections-passed') {
      // Confirmed at once: no byte of them is read before this turn of the event loop ends.
      const served = message.connections.filter(({ id, payload }) => incoming?.serve(id, payload))
      answer(
        message.question,
        served.map(({ id }) => id),
      )
    }
  }

  #takeCharge(how: TakeOver, restart: boolean): void {
    if (this.#takeOver !== undefined) return
    this.#takeOver = how
    this.#events?.inCharge(how, restart)
  }

  /**
   * The channel ends with the predecessor, but also by whatever closes its descriptor here: whether the predecessor has
   * ended is asked of the system. While it lives it is in charge, and ends this process if that is not to be.
   */
  async #untilGone(predecessor: ProcessIdentity): Promise<void> {
    const ended = this.#channel?.connected ? once(this.#channel, 'disconnect') : Promise.resolve()
    await Promise.race([ended, predecessor.ended(PACE)])
    this.#events?.incoming.dropAll()
    await predecessor.ended()
  }

  #send(message: FromSuccessor): void {
    if (this.#channel?.connected) this.#channel.send(mark(message), undefined, undefined, () => {})
  }
}
