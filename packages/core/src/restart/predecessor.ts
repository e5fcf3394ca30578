import type { ChannelToPredecessor } from '../channel/channel.ts'
import type { AcceptedKinds, GenerationInfo, TicketKeys } from '../channel/messages.ts'
import { hearPredecessor } from '../channel/peers.ts'
import { defer } from '../node/deferred.ts'
import { ProcessIdentity } from '../process/identity.ts'

/** How often to check whether the predecessor lives, while its channel is open. Only to be certain. ms */
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
  restartRequested(): void
  /** The keys for resuming TLS sessions came. */
  ticketKeys(): void
  /** @returns what this process said that it serves, and serves no more */
  notServed(): readonly string[]
}

/** The predecessor as its successor sees it: a process that puts this one in charge, and then leaves. */
export class Predecessor {
  readonly pid: number
  /** The channel to the predecessor. Connections come over it as well. */
  readonly channel: ChannelToPredecessor
  /** Resolves when the predecessor's process has ended. A generation leaves only after its predecessor. */
  readonly gone: Promise<void>
  readonly #inCharge = defer<void>()
  #takeOver: TakeOver | undefined
  #ends = false
  #explained = false
  #ticketKeys: readonly TicketKeys[] = []
  #events: PredecessorEvents | undefined

  constructor(pid: number, channel: ChannelToPredecessor) {
    this.pid = pid
    this.channel = channel
    this.gone = this.#untilGone(new ProcessIdentity(pid))
    void this.gone.then(() => this.#takeCharge('predecessor gone', false))
    channel.on('commit', ({ restart }) => this.#takeCharge('commit', restart))
    channel.on('restart', () => this.#requestRestart())
    channel.on('stop', () => this.#stop())
    channel.on('ending', () => void (this.#ends = true))
    channel.on('ticket-keys', ({ ticketKeys }) => {
      this.#ticketKeys = ticketKeys
      this.#events?.ticketKeys()
    })
    hearPredecessor(channel)
    channel.answer('serving-asked', () => this.#events?.notServed() ?? ['anything'])
    channel.send({ type: 'hello', pid: process.pid })
  }

  /** How this process came to be in charge; `undefined` while it is not. */
  get takeOver(): TakeOver | undefined {
    return this.#takeOver
  }

  /** Whether it ends without a successor, so that the service ends. */
  get ends(): boolean {
    return this.#ends
  }

  /** Resolves when this process is in charge. */
  get inCharge(): Promise<void> {
    return this.#inCharge.promise
  }

  /** @returns the ticket keys of an inherited listener; `undefined`: it has none, or they have not come yet */
  ticketKeysOf(listener: number | undefined): string | undefined {
    return this.#ticketKeys.find((one) => one.listener === listener)?.keys
  }

  /** @param events `undefined`: nothing is served here any more */
  subscribe(events: PredecessorEvents | undefined): void {
    this.#events = events
    // With nothing more to do the process would end now, and lose the connections that are on their way here.
    if (events === undefined && this.#takeOver === 'commit') this.channel.ref()
    else this.channel.unref()
  }

  /** Says that this process can take over, and which connections it takes. */
  announceReady(accepts: readonly AcceptedKinds[]): void {
    this.channel.send({ type: 'ready', pid: process.pid, accepts })
  }

  /** Says that this process ends, or serves nothing any more: it must not be put in charge. */
  announceLeaving(why: string): void {
    this.channel.send({ type: 'leaving', why })
  }

  /** Says why this process could not listen. */
  refuse(message: string): void {
    this.#explained = true
    this.channel.send({ type: 'refused', message })
  }

  /** Says why this process ends, unless it has said already what is wrong. */
  reportDying(message: string): void {
    if (!this.#explained) this.refuse(message)
  }

  /** Says how the restart ends that the predecessor asked for. */
  reportRestart(outcome: Promise<GenerationInfo>): void {
    outcome.then(
      ({ pid, generation }) => this.channel.send({ type: 'restarted', pid, generation }),
      (error: Error) => this.channel.send({ type: 'not-restarted', message: error.message }),
    )
  }

  /** Ends this process, unless it is a child of the predecessor: then the signal has come already. */
  #stop(): void {
    if (process.ppid !== this.pid) process.kill(process.pid, 'SIGTERM')
  }

  /** Answers in any case, as the predecessor waits for it. */
  #requestRestart(): void {
    if (this.#events !== undefined) this.#events.restartRequested()
    else this.reportRestart(Promise.reject(new Error('the successor has closed its last server.')))
  }

  #takeCharge(how: TakeOver, restart: boolean): void {
    if (this.#takeOver !== undefined) return
    this.#takeOver = how
    this.#inCharge.resolve()
    this.#events?.inCharge(how, restart)
  }

  /**
   * Waits until the predecessor has ended. The end of the channel alone does not show that: something here may have
   * closed its descriptor. So the system is asked. While the predecessor lives it is in charge, and can end this
   * process.
   */
  async #untilGone(predecessor: ProcessIdentity): Promise<void> {
    await Promise.race([this.channel.ended, predecessor.ended(PACE)])
    await predecessor.ended()
  }
}
