import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { lstat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { Load, Target, Worker } from '@zerodown/load'
import { startLoad } from '@zerodown/load'
import { cleanUp } from '../../support/clean-up.ts'
import type { ServerOptions, ServerProcess } from '../../support/index.ts'
import { startServer, tempDir, until } from '../../support/index.ts'
import type { Outcome } from './control.ts'
import { ask } from './control.ts'
import { descriptorsOf } from './descriptors.ts'

/** Workers whose connections were all opened at the start: no other process can ever answer them. */
export const steady: readonly Worker[] = [
  { kind: 'keepAlive', connections: 3, thinkTime: [2, 20] },
  { kind: 'post', connections: 2, size: 20_000, chunks: 3, chunkDelay: [0, 5], thinkTime: [2, 20] },
  { kind: 'slow', ms: 50 },
]

export const fresh: readonly Worker[] = [
  { kind: 'fresh', connections: 2, thinkTime: [2, 20] },
  { kind: 'fresh', name: 'freshPost', size: 5000, thinkTime: [2, 20] },
]

/** What a failed restart must leave as it was. */
export interface Standing {
  /** Listening sockets among them. */
  descriptors: string[]
  pidFile: string
  /** The file at the unix path. */
  path: string
}

/** A server on a port and on a unix path, with a pid file, whose next generations can be told to fail. */
export class Scene {
  readonly server: ServerProcess
  readonly folder: string
  /** The port, which stays the same for every generation. */
  readonly tcp: Target
  readonly #loads: Load[] = []

  constructor(server: ServerProcess, folder: string) {
    this.server = server
    this.folder = folder
    this.tcp = server.target()
  }

  get pidFile(): string {
    return join(this.folder, 'pid')
  }

  get path(): string {
    return join(this.folder, 'socket')
  }

  get unix(): Target {
    return { socketPath: this.path }
  }

  /** The next generations go wrong like this; in no way by default. */
  async fault(words = ''): Promise<void> {
    await writeFile(join(this.folder, 'faults'), words)
  }

  /** The next generations get these addresses. */
  async addresses(...addresses: string[]): Promise<void> {
    await writeFile(join(this.folder, 'addresses'), addresses.join(','))
  }

  ask<T = Outcome>(what: string): Promise<T> {
    return ask<T>(this.tcp, what)
  }

  /** A load on the port and on the unix path; resolves when it is in full swing. */
  async load(workers: readonly Worker[] = [...steady, ...fresh]): Promise<void> {
    for (const target of [this.tcp, this.unix]) {
      const load = startLoad({ target, workers })
      cleanUp(() => load.stop(0))
      this.#loads.push(load)
    }
    await this.keepsAnswering()
  }

  /** Resolves when every worker has got some more answers. */
  async keepsAnswering(more = 5): Promise<void> {
    for (const load of this.#loads) {
      const before = load.stats().workers
      await load.waitFor(({ workers }) =>
        Object.entries(before).every(([name, { ok }]) => (workers[name]?.ok ?? 0) >= ok + more),
      )
    }
  }

  /** Ends the load. Every request that was ever begun must have had its answer. */
  async nothingWasLost(): Promise<void> {
    for (const load of this.#loads.splice(0)) {
      const { failed, firstFailures, ok, requests } = await load.stop()
      assert.deepEqual({ failed, firstFailures, ok }, { failed: 0, firstFailures: [], ok: requests })
    }
  }

  readPidFile(): string {
    return readFileSync(this.pidFile, 'utf8')
  }

  async standing(pid: number = this.server.current()): Promise<Standing> {
    // It says that it listens a moment before it is ready, and then writes its pid file.
    await until(() => existsSync(this.pidFile), 'a pid file')
    const { dev, ino } = await lstat(this.path)
    return { descriptors: descriptorsOf(pid), pidFile: this.readPidFile(), path: `${dev}:${ino}` }
  }

  /** A restart has failed: nobody is left of the successor, and `pid` has all that it had. */
  async standsAsBefore(pid: number, before: Standing): Promise<void> {
    assert.deepEqual({ alive: this.server.alive(), zombies: this.server.zombies() }, { alive: [pid], zombies: [] })
    const { pidFile, path } = await this.standing(pid)
    assert.deepEqual({ pidFile, path }, { pidFile: before.pidFile, path: before.path })
    // The pipes to the successor are closed an instant after it was reaped.
    await until(
      () => isDeepStrictEqual(descriptorsOf(pid), before.descriptors),
      () => `the descriptors ${before.descriptors}; there are ${descriptorsOf(pid)}`,
    )
  }
}

export interface SceneOptions extends ServerOptions {
  program?: string
  /** How the first generation goes wrong; in no way by default. */
  faults?: string
}

/** The fixture `controlled`, or a copy of it, in a folder of its own. */
export async function setScene(
  choose: SceneOptions | ((folder: string) => SceneOptions | Promise<SceneOptions>) = {},
): Promise<Scene> {
  const folder = await tempDir()
  const {
    program = 'controlled',
    faults = '',
    ...others
  } = typeof choose === 'function' ? await choose(folder) : choose
  await writeFile(join(folder, 'faults'), faults)
  const server = await startServer(program, {
    address: `127.0.0.1:0,unix:${join(folder, 'socket')}`,
    ...others,
    options: { pidFile: join(folder, 'pid'), ...others.options },
    env: { FAULT_FILE: join(folder, 'faults'), ADDRESS_FILE: join(folder, 'addresses'), ...others.env },
  })
  return new Scene(server, folder)
}

/** Options for the first generation, and others for the second. (The third has those of the first again.) */
export function firstThen(first: Record<string, unknown>, second: Record<string, unknown>): Record<string, unknown> {
  return { ...first, launch: { env: { TEST_OPTIONS: JSON.stringify(second) } } }
}
