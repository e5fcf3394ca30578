import { spawnSync } from 'node:child_process'
import { symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startLoad } from '@zerodown/load'
import type { Target } from '@zerodown/load'
import { describe, expect, it } from 'vitest'
import { whyNoRestart } from '../../packages/core/src/process/platform.ts'
import { capable } from '../../packages/core/test/support/platform.ts'
import { cleanUp } from '../support/clean-up.ts'
import type { ServerOptions, ServerProcess } from '../support/index.ts'
import { startServer, tempDir, until } from '../support/index.ts'
import { hold } from './stage/held.ts'
import { pidOf } from './stage/pid-of.ts'

const NODE = process.env['ZERODOWN_TEST_NODE'] ?? process.execPath

/** Options of unshare(1) for what a container is here: processes that end with the first of them. */
const CONTAINER = ['--pid', '--fork', '--kill-child', '--mount-proc']

/** Arguments of a shell that ends with its child. */
const WAIT = ['-c', '"$@"; exit $?', 'sh', NODE]

interface Refusal {
  code: string
  message: string
}

interface Unsupported {
  server: ServerProcess
  target: Target
  before: Refusal
  listening: Refusal
}

async function startUnsupported(options: ServerOptions): Promise<Unsupported> {
  const server = await startServer('unsupported', { ...options, ready: false })
  const [, told = ''] = await server.waitForLog(/^served: (.*)/)
  const { address, before, listening } = JSON.parse(told)
  return { server, target: { host: address.address, port: address.port }, before, listening }
}

/** It serves, survives the trigger, and drains. */
async function servesAndDrains({ server, target }: Unsupported, trigger: () => void): Promise<void> {
  const load = startLoad({
    target,
    workers: [{ kind: 'keepAlive', connections: 3 }, { kind: 'fresh' }, { kind: 'post', size: 5000 }],
  })
  cleanUp(() => load.stop(0))
  await load.waitFor(({ ok }) => ok > 50)
  trigger()
  const { ok } = load.stats()
  await load.waitFor((counts) => counts.ok > ok + 50)
  expect(await load.stop()).toMatchObject({ failed: 0 })

  const held = await hold(target)
  server.signal('SIGTERM', server.pid)
  await server.waitForLog(/shutting down/)
  await held.finish()

  await server.waitForLog(/drained: \{"cut":0\}/)
  await until(() => server.alive().length === 0, 'the end of all')
}

describe('where there can be no restart, restart() says why, and the server listens and drains all the same', () => {
  it('in a cluster worker', async () => {
    const unsupported = await startUnsupported({ args: ['cluster'] })
    const refusal = {
      code: 'ERR_ZERODOWN_UNSUPPORTED',
      message: expect.stringMatching(/cannot restart: this is a cluster worker/),
    }
    expect(unsupported).toMatchObject({ before: refusal, listening: refusal })
    const worker = unsupported.server.orphans([unsupported.server.pid])
    expect(worker).toHaveLength(1)
    await servesAndDrains(unsupported, () => worker.forEach((pid) => process.kill(pid, 'SIGUSR2')))
    await unsupported.server.waitForLog(/SIGUSR2: cannot restart: this is a cluster worker/)
    await unsupported.server.waitForLog(/the worker has ended: 0/)
    expect(await unsupported.server.waitForExit()).toBe(0)
  })

  it('in a worker thread', async () => {
    const unsupported = await startUnsupported({ args: ['thread'] })
    const refusal = {
      code: 'ERR_ZERODOWN_UNSUPPORTED',
      message: expect.stringMatching(/cannot restart: this is a worker thread/),
    }
    expect(unsupported).toMatchObject({ before: refusal, listening: refusal })
    // Signals do not come to threads.
    await servesAndDrains(unsupported, () => {})
    await unsupported.server.waitForLog(/the thread has ended: 0/)
    expect(await unsupported.server.waitForExit()).toBe(0)
  })

  // Only who may make a PID namespace can be in the place of a container.
  it
    .runIf(spawnSync('unshare', [...CONTAINER, 'true']).status === 0)
    .each<[string, () => string[] | Promise<string[]>, RegExp]>([
      ['as PID 1', () => [NODE], /this process is PID 1: /],
      ['below a shell that is PID 1', () => ['sh', ...WAIT], /sh \(pid 1\) ends with it, /],
      ['below npm that is PID 1', npmStart, /npm \(pid 1\) ends with it, /],
      ['below an init that ends with its child', async () => [await tini(), ...WAIT], /tini \(pid 1\) ends with it, /],
    ])('%s', async (_, start, reason) => {
    const unsupported = await startUnsupported({ node: 'unshare', nodeArgs: [...CONTAINER, ...(await start())] })
    const message = new RegExp(`cannot restart: .*${reason.source}.*Start the server with .zerodown run., `)
    const refusal = { code: 'ERR_ZERODOWN_UNSUPPORTED', message: expect.stringMatching(message) }
    expect(unsupported).toMatchObject({ before: refusal, listening: refusal })
    const { server } = unsupported
    const inner = pidOf({
      pid: server
        .orphans([server.pid])
        .toSorted((one, other) => one - other)
        .at(-1),
    })
    await servesAndDrains({ ...unsupported, server: passingOn(server, inner) }, () => server.signal('SIGUSR2', inner))
    await server.waitForLog(new RegExp(`SIGUSR2: cannot restart: .*${reason.source}`))
    expect(await server.waitForExit()).toBe(0)
  })

  it.each([
    ['on Windows', { platform: 'win32' }, /^Windows cannot pass a listening socket/],
    ['in Bun', { bun: true }, /^Bun does not pass listening sockets/],
    ['as PID 1', { pid: 1 }, /^this process is PID 1: .* Start the server with `zerodown run`, /],
    ['in a cluster worker', { clusterWorker: true }, /^this is a cluster worker/],
    ['in the primary of a cluster', { clusterPrimary: true }, /^this is a cluster's primary/],
    ['in a worker thread', { mainThread: false }, /^this is a worker thread/],
  ] as const)('%s, as the platform tells', (_, platform, reason) => {
    expect(whyNoRestart({ ...capable, ...platform })).toMatch(reason)
  })

  it('and nowhere else', () => {
    expect(whyNoRestart(capable)).toBeUndefined()
    expect(whyNoRestart({ ...capable, platform: 'darwin' })).toBeUndefined()
  })
})

/** Runs a program as `npm start` does. */
async function npmStart(): Promise<string[]> {
  const folder = await tempDir()
  await writeFile(join(folder, 'package.json'), JSON.stringify({ scripts: { start: NODE } }))
  return ['npm', '--silent', '--prefix', folder, 'start', '--']
}

/** A program of that name which does no more for its child. */
async function tini(): Promise<string> {
  const program = join(await tempDir(), 'tini')
  await symlink('/bin/sh', program)
  return program
}

/** unshare does not pass on the signals that it gets. */
function passingOn(server: ServerProcess, inner: number): ServerProcess {
  return Object.assign(Object.create(server) as ServerProcess, {
    signal: (signal: NodeJS.Signals) => process.kill(inner, signal),
    waitForLog: server.waitForLog.bind(server),
    alive: server.alive.bind(server),
  })
}
