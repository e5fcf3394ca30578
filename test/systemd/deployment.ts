import { mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Target } from '@zerodown/load'
import { freePort } from '../support/index.ts'
import { cleanUp } from '../support/clean-up.ts'

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** The server of examples/systemd. */
export const SERVER: string = await readFile(at('../../examples/systemd/server.js'), 'utf8')

/** An application that is deployed, in place of /srv/app: releases, and a symlink to the one to run. */
export class Deployment {
  readonly folder: string
  readonly port: number
  #releases = 0

  private constructor(folder: string, port: number) {
    this.folder = folder
    this.port = port
  }

  static async create(): Promise<Deployment> {
    const deployment = new Deployment(await mkdtemp(join(tmpdir(), 'zd-app-')), await freePort())
    cleanUp(() => rm(deployment.folder, { recursive: true }))
    await deployment.release(SERVER)
    return deployment
  }

  get target(): Target {
    return { host: '127.0.0.1', port: this.port }
  }

  /** @param source of its server */
  async release(source: string): Promise<void> {
    this.#releases += 1
    const folder = join(this.folder, 'releases', String(this.#releases))
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, 'server.js'), source)
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
    await symlink(at('../node_modules'), join(folder, 'node_modules'))
    const next = join(this.folder, 'next')
    await symlink(folder, next)
    await rename(next, join(this.folder, 'current'))
  }
}
