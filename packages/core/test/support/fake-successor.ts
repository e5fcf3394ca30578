import { defer } from '../../src/node/deferred.ts'
import type { Ending, SuccessorLife } from '../../src/restart/successor-process.ts'

/** A successor's process that is none: it ends when the test says so, or by SIGTERM. */
export class FakeProcess implements SuccessorLife {
  readonly pid: number
  readonly signals: string[] = []
  launched: Promise<void> = Promise.resolve()
  identified = false
  livesBehind = false
  referenced = true
  /** Whether SIGTERM ends it. */
  obeys = true
  readonly #ended = defer<Ending | Error>()

  constructor(pid = 4711) {
    this.pid = pid
  }

  get ended(): Promise<Ending | Error> {
    return this.#ended.promise
  }

  exit(code: number): void {
    this.#ended.resolve({ signal: null, how: `exited with code ${code}` })
  }

  die(signal: NodeJS.Signals): void {
    this.#ended.resolve({ signal, how: `was ended by ${signal}` })
  }

  failToStart(error: Error): void {
    this.launched = new Promise(() => {})
    this.#ended.resolve(error)
  }

  identify(): void {
    this.identified = true
  }

  async terminate(): Promise<void> {
    this.stop()
    await this.ended
  }

  stop(): boolean {
    if (this.signals.length > 0) return false
    this.signals.push('SIGTERM')
    if (this.obeys) this.exit(0)
    return true
  }

  kill(): void {
    this.signals.push('SIGKILL')
    this.die('SIGKILL')
  }

  unref(): void {
    this.referenced = false
  }
}
