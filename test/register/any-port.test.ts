import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startLoad } from '@zerodown/load'
import { expect, it } from 'vitest'
import { getJson } from '../restart/get.ts'
import { settled } from '../restart/settle.ts'
import type { ServerProcess } from '../support/index.ts'
import { freePort, tempDir } from '../support/index.ts'
import { startRegistered } from './start.ts'

/** Long enough to see what does not wait for it. ms */
const SETTLE_TIME = 1000

interface Stage {
  server: ServerProcess
  /** What the next generation is to be. */
  next(how: string): Promise<void>
}

async function start(how: string): Promise<Stage> {
  const file = join(await tempDir(), 'how')
  const next = (words: string): Promise<void> => writeFile(file, words)
  await next(how)
  const server = await startRegistered('register/any-port.cjs', {
    env: { HOW_FILE: file, PORT: String(await freePort()) },
  })
  return { server, next }
}

/** ms from the successor's announcement to the commit. */
async function restartAndTime(server: ServerProcess): Promise<number> {
  const from = server.output.lines.length
  await server.restart()
  const announced = performance.now()
  await server.waitForLog(/has taken over; draining/, { from })
  return performance.now() - announced
}

it('the port in use stays with the server that had it', async () => {
  const { server } = await start('unused,used')
  const [unused, used] = server.latest.listening
  await getJson(server.target(1))

  // Both are there, in their order,
  expect(await server.restart()).toMatchObject({ listening: [unused, used] })
  await settled(server)
  // even where one of them was never used in this generation,
  expect(await server.restart()).toMatchObject({ listening: [unused, used] })
})

it('a port that nobody has used and nobody opens any more keeps nobody waiting', async () => {
  const { server, next } = await start('used,unused')
  const [used] = server.latest.listening
  await getJson(server.target())
  await next('used')
  expect(await restartAndTime(server)).toBeLessThan(SETTLE_TIME)
  expect(server.latest.listening).toEqual([used])
  expect(`${server.output}`).not.toContain('nothing listens on')
})

it('a port in use that nobody opens any more is waited for', async () => {
  const { server, next } = await start('fixed,used')
  await getJson(server.target(1))
  await next('fixed')
  expect(await restartAndTime(server)).toBeGreaterThan(SETTLE_TIME - 100)
  await server.waitForLog(/warning: nothing listens on .* any more/)
})

it('a tool that looks for a free port is given none of a server’s, and stops nothing', async () => {
  const { server } = await start('probe,used')
  const [used] = server.latest.listening
  const load = startLoad({
    target: server.target(),
    workers: [{ kind: 'keepAlive', connections: 3 }, { kind: 'fresh' }],
  })
  await load.waitFor(({ ok }) => ok > 20)
  for (let restarts = 0; restarts < 3; restarts++) {
    const { pid, listening } = await server.restart()
    expect(listening).toEqual([used])
    await load.waitFor(({ generations }) => (generations[pid] ?? 0) > 10, 15_000)
  }
  await settled(server)
  expect(await load.stop()).toMatchObject({ failed: 0, reopened: 0, firstFailures: [] })
})

it('a tool’s server that is there before any other makes no successor ready', async () => {
  const { server, next } = await start('fixed')
  const { listening } = server.latest
  const load = startLoad({ target: server.target(), workers: [{ kind: 'fresh', connections: 2, thinkTime: [0, 10] }] })
  await load.waitFor(({ ok }) => ok > 20)
  await next('hold,fixed')
  const { pid } = await server.restart()
  expect(server.latest.listening).toEqual(listening)
  await load.waitFor(({ generations }) => (generations[pid] ?? 0) > 10, 15_000)
  await settled(server)
  expect(await load.stop()).toMatchObject({ failed: 0, firstFailures: [] })
})

it('a successor in which a tool’s server came and went still hears triggers', async () => {
  const { server, next } = await start('fixed')
  await next('hold,pause,fixed')
  server.signal('SIGUSR2')
  const [, pid = ''] = await server.waitForLog(/^(\d+) listens on nothing/)
  await next('fixed')
  server.signal('SIGUSR2', Number(pid))
  expect(await server.waitForGeneration(2)).toMatchObject({ pid: Number(pid) })
  await server.waitForGeneration(3)
  await settled(server)
})
