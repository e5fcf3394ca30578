import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { startLoad } from '@zerodown/load'
import { describe, expect, it } from 'vitest'
import { hold } from '../faults/stage/held.ts'
import { expectLossless } from '../restart/lossless.ts'
import { get, getJson } from '../restart/get.ts'
import { isAlive, tempDir } from '../support/index.ts'
import { startRegistered } from './start.ts'

describe('a cluster', () => {
  it('serves as ever; its workers drain, and nothing is restarted', async () => {
    const pidFile = join(await tempDir(), 'app.pid')
    const server = await startRegistered('register/cluster.cjs', { env: { ZERODOWN_PID_FILE: pidFile } })
    const [, told = ''] = await server.waitForLog(/^workers: (.*)/)
    const workers = told.split(',').map(Number)
    await server.waitForLog(new RegExp(`^zerodown\\[${server.pid}\\] register: left alone: .*cluster's primary`))

    const load = startLoad({
      target: server.target(),
      workers: [
        { kind: 'fresh', connections: 4 },
        { kind: 'post', size: 5000 },
      ],
    })
    await load.waitFor(({ generations }) => workers.every((pid) => (generations[pid] ?? 0) > 10))
    for (const pid of workers) process.kill(pid, 'SIGUSR2')
    await server.waitForLog(/SIGUSR2: cannot restart: this is a cluster worker/)
    expect(await load.stop()).toMatchObject({ failed: 0 })
    expect(existsSync(pidFile)).toBe(false)

    const held = await hold(server.target())
    for (const pid of workers) process.kill(pid, 'SIGTERM')
    await server.waitForLog(/shutting down/)
    await held.finish()
    for (const pid of workers) await server.waitForLog(new RegExp(`^worker ${pid} ended: 0`))
  })

  it('does not restart a primary that has a server of its own, and says why', async () => {
    const server = await startRegistered('register/cluster.cjs', { args: ['admin'] })
    await server.waitForLog(/^workers: /)
    server.signal('SIGUSR2', server.pid)
    await server.waitForLog(/SIGUSR2: cannot restart: this is a cluster's primary/)
    await get(server.target(0))
    await get(server.target(1))
  })
})

describe.each(['fork', 'spawn'])('a server that the application starts with %s', (how) => {
  it('is none of its generations, and has not its place', async () => {
    const pidFile = join(await tempDir(), 'app.pid')
    const server = await startRegistered('register/children.cjs', {
      args: [how],
      by: how === 'fork' ? 'option' : 'NODE_OPTIONS',
      env: { ZERODOWN_PID_FILE: pidFile },
    })
    const [, told = ''] = await server.waitForLog(/^inner: (.*)/)
    const { pid, port } = JSON.parse(told) as { pid: number; port: number }
    await server.waitForLog(
      new RegExp(`^zerodown\\[${pid}\\] register: left alone: this is a child of process ${server.pid}`),
    )
    expect(Number(readFileSync(pidFile, 'utf8'))).toBe(server.pid)

    const successor = await server.restart()
    await server.waitForExit(server.pid)
    expect(Number(readFileSync(pidFile, 'utf8'))).toBe(successor.pid)
    // The child of the first lives on or not, as ever; the second has one of its own, and is no child itself.
    await server.waitForLog(new RegExp(`register: left alone: this is a child of process ${successor.pid}`))
    if (isAlive(pid)) expect(await getJson({ host: '127.0.0.1', port })).toEqual({ pid })
    await getJson(server.target())
  })
})

it('has no part in worker threads', async () => {
  const server = await startRegistered('register/thread.cjs')
  const [, told = ''] = await server.waitForLog(/^thread: (.*)/)
  const port = Number(told)
  expect((await get({ host: '127.0.0.1', port })).body.toString()).toBe('from a thread')
  await expectLossless(server, 2)
  expect(server.output.lines.filter((line) => line.includes(`:${port}`) && line.includes('zerodown'))).toEqual([])
})
