import { constants } from 'node:os'
import type { AnyInstance } from '@zerodown/core/adapter'
import { instanceInCharge, listensTo } from '@zerodown/core/adapter'

interface SignalListener {
  readonly signal: NodeJS.Signals
  readonly listener: NodeJS.SignalsListener
}

/**
 * The signals of `app.enableShutdownHooks()`. On each of them Nest would close the application at once, with requests in
 * flight. SIGUSR2 is one of them, unless the application names others. So while the application listens, each of these
 * signals drains first, except those that zerodown listens to itself.
 */
export class ShutdownSignals {
  readonly #instance: AnyInstance
  readonly #ofNest: SignalListener[] = []
  readonly #ours: SignalListener[] = []
  #takenOver = false

  constructor(instance: AnyInstance) {
    this.#instance = instance
  }

  /** Calls `enable`, and takes note of the listeners that it adds. */
  watch(enable: () => unknown): unknown {
    const before = allListeners()
    const result = enable()
    this.#ofNest.push(...allListeners().filter((one) => !before.some((other) => isSame(one, other))))
    if (this.#takenOver) this.#replace()
    return result
  }

  /** Called when the application listens. */
  takeOver(): void {
    // Without one, as beside another version of zerodown, nobody would drain on these signals.
    if (instanceInCharge() === undefined) return
    this.#takenOver = true
    this.#replace()
  }

  /** Called when the application is closed. By then Nest has removed its own listeners. */
  giveBack(): void {
    this.#takenOver = false
    for (const { signal, listener } of this.#ours.splice(0)) process.off(signal, listener)
  }

  #replace(): void {
    for (const { signal, listener } of this.#ofNest.splice(0)) {
      process.off(signal, listener)
      if (!listensTo(this.#instance, signal)) this.#shutDownOn(signal)
    }
  }

  #shutDownOn(signal: NodeJS.Signals): void {
    const listener = (): void => void this.#instance.shutdown()
    process.on(signal, listener)
    this.#ours.push({ signal, listener })
  }
}

function allListeners(): SignalListener[] {
  const signals = Object.keys(constants.signals) as NodeJS.Signals[]
  return signals.flatMap((signal) => process.listeners(signal).map((listener) => ({ signal, listener })))
}

const isSame = (one: SignalListener, other: SignalListener): boolean =>
  one.signal === other.signal && one.listener === other.listener
