import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Adapter } from './adapter.ts'
import { ServerProcess } from './processes/server-process.ts'
import type { ServerOptions } from './processes/start-process.ts'
import { Wire } from './wire.ts'

/** As it was built: it is loaded by the program's Node, not by whatever runs the tests. */
const PRELOAD = pathToFileURL(createRequire(import.meta.url).resolve('@zerodown/adapter-suite/preload')).href

/** All that one check starts and opens. */
export class Stage {
  readonly adapter: Adapter
  readonly #ends: (() => unknown)[] = []
  readonly #servers: ServerProcess[] = []

  constructor(adapter: Adapter) {
    this.adapter = adapter
  }

  /** Starts the program, and waits until it listens. */
  async start(options: ServerOptions = {}): Promise<ServerProcess> {
    const server = this.run(options)
    await server.waitForAnnouncement(0)
    return server
  }

  /** Starts the program. */
  run(options: ServerOptions = {}): ServerProcess {
    const { program, env, nodeArgs = [], cwd } = this.adapter
    const server = new ServerProcess(program, {
      ...options,
      ...(cwd === undefined ? {} : { cwd }),
      nodeArgs: ['--import', PRELOAD, ...nodeArgs],
      env: { ...env, ...options.env },
    })
    this.#servers.push(server)
    // If the test runner ends before the test.
    const kill = (): void => server.killAll()
    process.once('exit', kill)
    this.onEnd(async () => {
      await server.dispose()
      process.off('exit', kill)
    })
    return server
  }

  /** A connection to the server's first address, or to the one of that number. */
  async connect(server: ServerProcess, address = 0): Promise<Wire> {
    const wire = await Wire.open(server.target(address))
    this.onEnd(() => wire.destroy())
    return wire
  }

  /** Its path is short enough for unix sockets. */
  async tempDir(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'zd-'))
    this.onEnd(() => rm(folder, { recursive: true, force: true }))
    return folder
  }

  /** What the programs have printed. */
  printed(): string {
    return this.#servers.map(({ output }) => String(output)).join('\n')
  }

  onEnd(end: () => unknown): void {
    this.#ends.push(end)
  }

  /** Last begun, first ended. */
  async end(): Promise<void> {
    for (const end of this.#ends.splice(0).toReversed()) await end()
  }
}
