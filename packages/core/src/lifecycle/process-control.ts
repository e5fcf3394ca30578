import { clearInterval, setImmediate as soon, setInterval } from 'node:timers'
import type { GenerationInfo } from '../channel/messages.ts'
import type { ControlServer } from '../control/control-server.ts'
import type { Controlled } from '../control/controlled.ts'
import { failed, inShort } from '../control/failed.ts'
import type { Outcome, Tell } from '../control/progress.ts'
import { PACE } from '../control/progress.ts'
import type { LastRestart, ProcessStatus, ServiceState, ServiceStatus, Weakness } from '../control/service-status.ts'
import type { Ledger } from '../drain/ledger.ts'
import type { ZerodownError } from '../errors.ts'
import type { EventName, ZerodownEvents } from '../events.ts'
import { defer } from '../node/deferred.ts'
import { within } from '../node/within.ts'
import type { Settings } from '../options/options.ts'
import { stopTimeoutOf } from '../options/options.ts'
import type { Origin } from '../restart/origin.ts'
import type { State, Status } from '../status.ts'
import type { Service } from './service.ts'
import { stepOf } from './step-of.ts'

/** How long a predecessor, which may hang, has to say how far it is. ms */
const PATIENCE = 1000

/** More are not kept. */
const MOST_WARNINGS = 20

/** What it asks the lifecycle, and has it do. */
export interface Controls {
  readonly status: Status
  readonly service: Service
  whyNoRestart(): ZerodownError | undefined
  restart(): Promise<GenerationInfo>
  shutdown(): Promise<unknown>
}

/** A single process as its control socket sees it; under a supervisor, that one asks it. */
export class ProcessControl implements Controlled {
  readonly #controls: Controls
  readonly #origin: Origin
  readonly #settings: Settings
  readonly #weaknesses: () => Weakness[]
  readonly #watchers = new Set<Tell>()
  readonly #left = defer<Ledger>()
  #server: ControlServer | undefined
  /** When each was said last. */
  readonly #warnings = new Map<string, number>()
  #began = performance.timeOrigin
  #lastRestart: LastRestart | undefined

  /** @param weaknesses what weakens a restart or a stop as things are now */
  constructor(controls: Controls, origin: Origin, settings: Settings, weaknesses: () => Weakness[]) {
    this.#controls = controls
    this.#origin = origin
    this.#settings = settings
    this.#weaknesses = weaknesses
    origin.supervisor?.tellStatus(() => this.own)
  }

  /** This process is in charge: from now on the path is its own. */
  open(server: ControlServer): void {
    this.#server = server
    server.open()
  }

  /** The service has ended, or nothing is served here any more. */
  remove(): void {
    this.#server?.remove()
  }

  close(): void {
    this.#server?.close()
  }

  /**
   * Called when this process has nothing more to do. Resolves when all who wait for that have been told.
   * @param successor whether one is in charge
   */
  async leave(ledger: Ledger, successor: boolean): Promise<void> {
    if (successor) await this.#server?.handOver()
    if (this.#watchers.size === 0) return
    this.#left.resolve(ledger)
    await new Promise(soon)
  }

  /** Called with each warning in the log. */
  warned(message: string): void {
    this.#warnings.delete(message)
    this.#warnings.set(message, Date.now())
    const [oldest] = this.#warnings.keys()
    if (this.#warnings.size > MOST_WARNINGS && oldest !== undefined) this.#warnings.delete(oldest)
  }

  /** Called with each event. */
  heard<Name extends EventName>(name: Name, message: ZerodownEvents[Name]): void {
    if (name === 'restarting') this.#began = Date.now()
    if (name === 'committed') this.#note({ outcome: 'done' })
    // A successor was started for that restart.
    if (name === 'inCharge') this.#note({ outcome: 'done' })
    const step = stepOf(name, message)
    if (step?.event === 'rolledBack') this.#note({ outcome: 'failed', code: step.code, message: step.message })
    if (name === 'draining') for (const tell of this.#watchers) this.#tellWhatIsLeft(tell)
    if (step === undefined) return
    this.#origin.supervisor?.reportStep(step)
    for (const tell of this.#watchers) tell(step)
  }

  /** What this process tells of itself. */
  get own(): ProcessStatus {
    return {
      ...this.#controls.status,
      slot: this.#origin.supervisor?.worker.slot,
      started: Math.round(performance.timeOrigin),
      memory: process.memoryUsage.rss(),
      timeToStop: stopTimeoutOf(this.#settings),
      warnings: [...this.#warnings].map(([message, at]) => ({ at, message })).toReversed(),
      weaknesses: this.#weaknesses(),
    }
  }

  async status(): Promise<ServiceStatus> {
    const { own } = this
    const predecessor = await this.#predecessor()
    return {
      zerodown: 1,
      pid: process.pid,
      slots: undefined,
      state: serviceState(this.#controls.status.state),
      ready: this.#controls.service === 'up',
      vacant: [],
      noRestart: inShort(this.whyNoRestart()),
      restartQueued: own.restartQueued,
      lastRestart: this.#lastRestart,
      processes: predecessor === undefined ? [own] : [predecessor, own],
    }
  }

  whyNoRestart(): ZerodownError | undefined {
    return this.#controls.whyNoRestart()
  }

  async restart(tell: Tell): Promise<Outcome> {
    return this.#watched(tell, async () => {
      if (this.#controls.status.state !== 'serving') tell({ event: 'queued' })
      const successor = await this.#controls.restart()
      return { event: 'done', generations: [successor], ledger: await this.#left.promise }
    })
  }

  async shutdown(tell: Tell): Promise<Outcome> {
    return this.#watched(tell, async () => {
      void this.#controls.shutdown()
      return { event: 'done', generations: [], ledger: await this.#left.promise }
    })
  }

  async #watched(tell: Tell, run: () => Promise<Outcome>): Promise<Outcome> {
    this.#watchers.add(tell)
    const timer = setInterval(() => this.#tellWhatIsLeft(tell), PACE).unref()
    try {
      return await run()
    } catch (error) {
      return failed(error)
    } finally {
      clearInterval(timer)
      this.#watchers.delete(tell)
    }
  }

  #tellWhatIsLeft(tell: Tell): void {
    const { state, requests, connections } = this.#controls.status
    if (state !== 'draining') return
    tell({ event: 'draining', requests, connections: connections.reduce((sum, { open }) => sum + open, 0) })
  }

  /** What the predecessor tells of itself, while it drains. An older version does not know the question. */
  async #predecessor(): Promise<ProcessStatus | undefined> {
    const { predecessor } = this.#origin
    if (predecessor === undefined) return undefined
    const asked = predecessor.channel.ask({ type: 'status-asked' })
    return (await within(PATIENCE, asked)) ? (((await asked) ?? undefined) as ProcessStatus | undefined) : undefined
  }

  #note(outcome: Pick<LastRestart, 'outcome' | 'code' | 'message'>): void {
    const at = Date.now()
    this.#lastRestart = { ...outcome, at, duration: Math.round(at - this.#began) }
  }
}

const serviceState = (state: State): ServiceState => (state === 'stopped' ? 'draining' : state)
