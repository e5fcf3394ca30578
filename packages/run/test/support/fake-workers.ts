import { Channel, LANES, Lanes, defer } from '@zerodown/core/supervision'
import type { FromSupervisor, FromWorker, Launch, WorkerTimes } from '@zerodown/core/supervision'
import { MemoryCarrier } from '../../../core/test/support/carriers.ts'
import type { Ended } from '../../src/worker-process.ts'

/** In place of a process: what it would say is said by the test, over `says`. */
export class FakeWorker {
  static readonly started: FakeWorker[] = []
  /** Makes the next ones fail to start: at once, or later. */
  static fails: { at: 'once' | 'later'; error: Error } | undefined
  readonly pid: number | undefined
  readonly signals: string[] = []
  readonly launch: Launch
  readonly generation: number
  readonly lanes: Lanes
  readonly channel: Channel<FromSupervisor, FromWorker>
  /** The worker's end. */
  readonly its: Lanes
  readonly says: Channel<FromWorker, FromSupervisor>
  successor: FakeWorker | undefined
  lost: Ended | undefined
  served = false
  givenUp = false
  times: WorkerTimes | undefined
  committed = false
  reason: string | undefined
  alive = true
  readonly #ended = defer<Ended>()
  readonly #carrier: MemoryCarrier

  constructor(launch: Launch, generation: number) {
    const { fails } = FakeWorker
    if (fails?.at === 'once') throw fails.error
    this.launch = launch
    this.generation = generation
    const [here, there] = MemoryCarrier.pair()
    this.#carrier = there
    this.lanes = new Lanes(here)
    this.channel = new Channel(this.lanes.open(LANES.supervisor))
    this.channel.on('signal-successor', ({ signal }) => this.successor?.kill(signal))
    this.its = new Lanes(there)
    this.says = new Channel(this.its.open(LANES.supervisor))
    this.pid = fails === undefined ? 1000 + FakeWorker.started.length : undefined
    FakeWorker.started.push(this)
    if (fails === undefined) return
    this.alive = false
    this.#ended.reject(fails.error)
  }

  get ended(): Promise<Ended> {
    return this.#ended.promise
  }

  kill(signal: string): void {
    this.signals.push(signal)
  }

  closeChannel(): void {
    this.#carrier.close()
  }

  /** @param code of its exit, or the signal that ended it */
  end(code: number | NodeJS.Signals): void {
    this.alive = false
    this.#ended.resolve(typeof code === 'number' ? { code, signal: null } : { code: null, signal: code })
    this.#carrier.close()
  }
}
