import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Target } from '@zerodown/load'
import { FIXTURES, isAlive, until } from '../support/index.ts'
import type { Announcement } from '../support/index.ts'
import { cleanUp } from '../support/clean-up.ts'
import { Unit } from './unit.ts'
import type { UserManager } from './user-manager.ts'

const CLI = fileURLToPath(new URL('../../packages/zerodown/dist/cli/main.js', import.meta.url))

/** A fixture server as a unit of systemd's. */
export class Service extends Unit {
  readonly #folder: string

  private constructor(manager: UserManager, name: string, folder: string) {
    super(manager, name)
    this.#folder = folder
  }

  /** Writes the unit, and forgets it with the test. */
  /** @param slots run by `zerodown run`, with so many workers; default: by itself */
  static async create(manager: UserManager, options: Record<string, unknown> = {}, slots?: number): Promise<Service> {
    const folder = await mkdtemp(join(tmpdir(), 'zd-unit-'))
    const service = new Service(manager, `zerodown-${randomUUID()}.service`, folder)
    cleanUp(() => service.#remove())
    const node = process.env['ZERODOWN_TEST_NODE'] ?? process.execPath
    const json = JSON.stringify({ probation: 0, ...options }).replaceAll('"', String.raw`\"`)
    const run = slots === undefined ? '' : ` ${CLI} run -w ${slots} --probation 0`
    await writeFile(join(folder, 'faults'), '')
    await writeFile(
      join(manager.units, service.name),
      `[Service]
Type=notify
NotifyAccess=all
ExecStart=${node}${run} ${join(FIXTURES, 'http.mjs')}
ExecReload=/bin/kill -USR2 $MAINPID
Environment=ADDRESS=127.0.0.1:0 FAULT_FILE=${join(folder, 'faults')}
Environment="TEST_OPTIONS=${json}"
UnsetEnvironment=ZERODOWN_TEST_RUN
StandardOutput=append:${join(folder, 'output')}
StandardError=append:${join(folder, 'output')}
`,
    )
    await manager.systemctl('daemon-reload')
    return service
  }

  override start(): Promise<string> {
    return super.start().catch((error: Error) => {
      throw new Error(`${error.message}\n${this.output}`, { cause: error })
    })
  }

  async waitForMainPid(pid: number): Promise<void> {
    await until(
      async () => (await this.mainPid()) === pid,
      () => `${pid} as MAINPID. ${this.output}`,
    )
  }

  /** What goes wrong in the generations that start from now on. */
  async fault(faults: string): Promise<void> {
    await writeFile(join(this.#folder, 'faults'), faults)
  }

  get output(): string {
    try {
      return readFileSync(join(this.#folder, 'output'), 'utf8')
    } catch {
      return '' // Not started yet.
    }
  }

  get announcements(): Announcement[] {
    return this.output
      .split('\n')
      .filter((line) => line.startsWith('{"listening"'))
      .map((line) => JSON.parse(line) as Announcement)
  }

  waitForGeneration(generation: number): Promise<Announcement> {
    return until(
      () => this.announcements.findLast((announcement) => announcement.generation === generation),
      () => `generation ${generation}. ${this.output}`,
    )
  }

  async waitForLog(pattern: RegExp): Promise<void> {
    await until(
      () => pattern.test(this.output),
      () => `a line like ${pattern}. ${this.output}`,
    )
  }

  async waitForEnd(pid: number): Promise<void> {
    await until(
      () => !isAlive(pid),
      () => `the end of ${pid}. ${this.output}`,
    )
  }

  get target(): Target {
    const address = this.announcements[0]?.listening[0]
    if (typeof address !== 'object') throw new Error(`It listens on no port. ${this.output}`)
    return { host: address.address, port: address.port }
  }

  async #remove(): Promise<void> {
    await this.signalAll('SIGKILL').catch(() => {}) // None may be left.
    await this.stop()
    await this.manager.systemctl('reset-failed', this.name).catch(() => {}) // It need not have failed.
    await rm(join(this.manager.units, this.name))
    await rm(this.#folder, { recursive: true })
  }
}
