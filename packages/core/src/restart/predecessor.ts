import type { Receiver } from '../handover/payload.ts'
import type { Reception } from '../handover/reception.ts'
import type { TicketKeys } from '../handover/ticket-keys.ts'
import type { Inheritance } from './inheritance.ts'
import type { FromPredecessor, FromSuccessor } from './protocol.ts'
import { mark, unmark } from './protocol.ts'
import type { GenerationInfo } from './successor.ts'

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
  /** Where connections come. */
  readonly reception: Reception
}

/** The predecessor as its successor sees it: the other end of the channel. */
export class Predecessor {
  readonly pid: number
  /** Resolves when the predecessor's process has ended. A generation leaves only after its predecessor. */
  readonly gone: Promise<void>
  #takeOver: TakeOver | undefined
  #ticketKeys: readonly TicketKeys[] = []
  #events: PredecessorEvents | undefined

  constructor(inheritance: Inheritance) {
    this.pid = inheritance.predecessor
    this.gone = new Promise((resolve) => {
      if (process.connected) process.once('disconnect', resolve)
      else resolve()
    })
    void this.gone.then(() => this.#ended())
    process.on('message', this.#receive)
    // The channel is not what keeps a server alive.
    process.channel?.unref()
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

  listen(events: PredecessorEvents | undefined): void {
    this.#events = events
  }

  /** Says that this process can take over. */
  ready(receivers: readonly Receiver[]): void {
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
    else if (message?.type === 'restart') this.#events?.restart()
    else if (message?.type === 'ticket-keys') {
      this.#ticketKeys = message.ticketKeys
      this.#events?.ticketKeys()
    } else if (message !== undefined) this.#receiveConnections(message, handle)
  }

  #receiveConnections(message: FromPredecessor, handle: unknown): void {
    const reception = this.#events?.reception
    if (reception === undefined) return
    if (message.type === 'connection') reception.hold(message, handle)
    else if (message.type === 'connection-closed') reception.drop(message.id)
    else if (message.type === 'connections-coming') {
      const { question } = message
      void reception.prepared.then(() => this.#send({ type: 'connections', question, ids: [] }))
    } else if (message.type === 'connections-asked') {
      this.#send({
        type: 'connections',
        question: message.question,
        ids: message.ids.filter((id) => reception.holds(id)),
      })
    } else if (message.type === 'connections-passed') {
      // Confirmed at once: no byte of them is read before this turn of the event loop ends.
      const served = message.connections.filter(({ id, payload }) => reception.serve(id, payload))
      this.#send({ type: 'connections', question: message.question, ids: served.map(({ id }) => id) })
    }
  }

  #takeCharge(how: TakeOver, restart: boolean): void {
    if (this.#takeOver !== undefined) return
    this.#takeOver = how
    this.#events?.inCharge(how, restart)
  }

  #ended(): void {
    process.off('message', this.#receive)
    this.#events?.reception.dropAll()
    // The channel was ours. An application that asks `if (process.send)` must not find a closed one: to send on it
    // is an error that ends the process.
    Reflect.deleteProperty(process, 'send')
    this.#takeCharge('predecessor gone', false)
  }

  #send(message: FromSuccessor): void {
    if (process.connected) process.send?.(mark(message), undefined, undefined, () => {})
  }
}
