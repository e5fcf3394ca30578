import type {
  Controlled,
  LastRestart,
  Ledger,
  Logger,
  Outcome,
  ProcessStatus,
  ServiceState,
  ServiceStatus,
  Step,
  Tell,
} from '@zerodown/core/supervision'
import { ControlServer, PACE, ZerodownError, emptyLedger, inShort } from '@zerodown/core/supervision'
import type { RollOutcome, Rolls } from './rolls.ts'
import type { Slot } from './slot.ts'
import { predecessorsIn, statusOfSlot } from './status-of.ts'

/** What it asks the supervisor, and has it do. */
export interface SupervisorControls {
  readonly slots: readonly Slot[]
  readonly rolls: Rolls
  /** Whether all workers have served. */
  up(): boolean
  stopping(): boolean
  /** @returns when all workers have ended: why not all of them have drained */
  stop(): Promise<string | undefined>
}

/** A supervisor with its slots, as its control socket sees them. */
export class SupervisorControl implements Controlled {
  readonly #controls: SupervisorControls
  readonly #watchers = new Set<Tell>()
  readonly #server: ControlServer | undefined
  #began = 0
  #ledger: Ledger = emptyLedger()
  #lastRestart: LastRestart | undefined

  /** @param path where it is; `undefined`: nowhere */
  constructor(controls: SupervisorControls, path: string | undefined, logger: Logger) {
    this.#controls = controls
    if (path !== undefined) this.#server = new ControlServer(path, this, (message) => logger.warn(message))
  }

  /** All workers serve. */
  open(): void {
    this.#server?.open()
  }

  close(): void {
    this.#server?.close()
  }

  /** A restart of all slots begins. */
  began(): void {
    this.#began = Date.now()
    this.#ledger = emptyLedger()
  }

  /** It is over. */
  over(outcome: RollOutcome): void {
    const at = Date.now()
    const [how, why] =
      'slots' in outcome
        ? (['done', {}] as const)
        : (['failed', { code: outcome.code, message: outcome.message }] as const)
    this.#lastRestart = { outcome: how, at, duration: at - this.#began, ...why }
  }

  /** A worker says how far its restart is. */
  heard(slot: number, step: Step): void {
    if (step.event === 'drained') this.#ledger = sum(this.#ledger, step)
    for (const tell of this.#watchers) tell({ ...step, slot })
  }

  async status(): Promise<ServiceStatus> {
    const { slots, rolls } = this.#controls
    const processes = await Promise.all(slots.map((slot) => statusOfSlot(slot)))
    const state = this.#state
    const vacant = slots.filter(({ current }) => current === undefined).map(({ number }) => number)
    return {
      zerodown: 1,
      pid: process.pid,
      slots: slots.length,
      state,
      ready: (state === 'serving' || state === 'restarting') && vacant.length < slots.length,
      vacant,
      noRestart: inShort(this.whyNoRestart()),
      restartQueued: rolls.queued,
      lastRestart: this.#lastRestart,
      processes: processes.flat(),
    }
  }

  whyNoRestart(): ZerodownError | undefined {
    const state = this.#state
    if (state === 'starting')
      return new ZerodownError('ERR_ZERODOWN_NOT_READY', 'cannot restart before all workers serve.')
    if (state === 'draining')
      return new ZerodownError('ERR_ZERODOWN_SHUTTING_DOWN', 'cannot restart: the supervisor is shutting down.')
    return undefined
  }

  restart(tell: Tell): Promise<Outcome> {
    return this.#watched(tell, async () => {
      const { slots, rolls } = this.#controls
      if (rolls.underWay) tell({ event: 'queued' })
      const outcome = await rolls.all()
      if (!('slots' in outcome)) {
        const { code, message, slot, generation, done } = outcome
        return { event: 'failed', code, message, slot, generation, generations: done }
      }
      await Promise.allSettled(
        slots.flatMap((slot, at) => predecessorsIn(slot, outcome.slots[at]?.generation).map(({ ended }) => ended)),
      )
      return { event: 'done', generations: outcome.slots, ledger: this.#ledger }
    })
  }

  shutdown(tell: Tell): Promise<Outcome> {
    return this.#watched(tell, async () => {
      this.#ledger = emptyLedger()
      const why = await this.#controls.stop()
      if (why === undefined) return { event: 'done', generations: [], ledger: this.#ledger }
      return { event: 'failed', code: 'ERR_ZERODOWN_KILLED', message: `${why}. All has ended.` }
    })
  }

  get #state(): ServiceState {
    const { stopping, up, rolls } = this.#controls
    if (stopping()) return 'draining'
    if (!up()) return 'starting'
    return rolls.underWay ? 'restarting' : 'serving'
  }

  async #watched(tell: Tell, run: () => Promise<Outcome>): Promise<Outcome> {
    this.#watchers.add(tell)
    const timer = setInterval(() => void this.#tellWhatIsLeft(tell), PACE).unref()
    try {
      return await run()
    } finally {
      clearInterval(timer)
      this.#watchers.delete(tell)
    }
  }

  async #tellWhatIsLeft(tell: Tell): Promise<void> {
    const { slots, stopping } = this.#controls
    const whose = stopping()
      ? ({ processes }: Slot) => processes
      : (slot: Slot) => predecessorsIn(slot, slot.current?.generation)
    const left = (await Promise.all(slots.map((slot) => statusOfSlot(slot, whose(slot))))).flat().filter(isDraining)
    if (left.length === 0 || !this.#watchers.has(tell)) return
    const connections = left.flatMap((one) => one.connections.map(({ open }) => open))
    tell({
      event: 'draining',
      requests: left.reduce((all, { requests }) => all + requests, 0),
      connections: connections.reduce((all, open) => all + open, 0),
    })
  }
}

const isDraining = ({ state }: ProcessStatus): boolean => state === 'draining'

/** Workers drain at the same time or one after the other: all of it took as long as the longest. */
function sum(one: Ledger, other: Ledger): Ledger {
  return {
    finished: one.finished + other.finished,
    handedOver: one.handedOver + other.handedOver,
    unconfirmed: one.unconfirmed + other.unconfirmed,
    closedIdle: one.closedIdle + other.closedIdle,
    cut: one.cut + other.cut,
    duration: Math.max(one.duration, other.duration),
  }
}
