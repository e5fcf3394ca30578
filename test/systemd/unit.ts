import { until } from '../support/index.ts'
import type { UserManager } from './user-manager.ts'

/** A unit of systemd's. */
export class Unit {
  readonly name: string
  protected readonly manager: UserManager

  constructor(manager: UserManager, name: string) {
    this.manager = manager
    this.name = name
  }

  start(): Promise<string> {
    return this.manager.systemctl('start', this.name)
  }

  reload(): Promise<string> {
    return this.manager.systemctl('reload', this.name)
  }

  stop(): Promise<string> {
    return this.manager.systemctl('stop', this.name)
  }

  /** Sends a signal to every process of the unit. */
  signalAll(signal: NodeJS.Signals): Promise<string> {
    return this.manager.systemctl('kill', `--signal=${signal}`, this.name)
  }

  show(property: string): Promise<string> {
    return this.manager.systemctl('show', '--value', `--property=${property}`, this.name)
  }

  async mainPid(): Promise<number> {
    return Number(await this.show('MainPID'))
  }

  /** Everything that systemd thinks of it, one after the other, for as long as `during` takes. */
  async statesWhile(during: () => Promise<void>): Promise<Set<string>> {
    const states = new Set<string>()
    const over = new AbortController()
    const watching = (async () => {
      while (!over.signal.aborted) states.add(await this.show('ActiveState'))
    })()
    try {
      await during()
    } finally {
      over.abort()
      await watching
    }
    return states
  }

  async waitFor(property: string, wanted: string | RegExp): Promise<void> {
    let last = ''
    await until(
      async () => {
        last = await this.show(property)
        return typeof wanted === 'string' ? last === wanted : wanted.test(last)
      },
      () => `${property} to be ${wanted}; it is ${last}`,
    )
  }
}
