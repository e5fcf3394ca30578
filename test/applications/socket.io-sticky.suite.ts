import { Agent } from 'node:http'
import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { startSupervised } from '../run/stage/supervised.ts'
import { cleanUp } from '../support/clean-up.ts'
import { INSTALLATION, install } from './installation.ts'
import { Talk } from './talk.ts'

const SLOTS = 2

let folder: string

beforeAll(async () => {
  folder = await install('test/applications/socket.io')
}, INSTALLATION)

it('Socket.IO: long polling reaches the right one of several workers, on whatever connection, and goes on after a restart', async () => {
  const { server, roll } = await startSupervised(join(folder, 'server.js'), {
    slots: SLOTS,
    flags: ['--sticky', '--drain-timeout', '1500'],
    env: { HOST: '127.0.0.1', PORT: '0' },
  })
  const [, port] = await server.waitForLog(/listens on tcp:127\.0\.0\.1:(\d+)/)
  const talks = Array.from({ length: 8 }, (_, at) => {
    // Each request on a connection of its own.
    const agent = new Agent({ localAddress: `127.0.0.${at + 1}` })
    cleanUp(() => agent.destroy())
    return new Talk(folder, { host: '127.0.0.1', port: Number(port) }, { transports: ['polling'], agent })
  })
  const pids = (): number[] => talks.map(({ answers }) => answers.at(-1)?.pid ?? 0)
  await Promise.all(talks.map((talk) => talk.hears(10)))
  const before = pids()
  expect(new Set(before).size).toBe(SLOTS)
  for (const { answers, connections } of talks) {
    expect(connections).toBe(1)
    expect(new Set(answers.map(({ pid }) => pid)).size).toBe(1)
  }

  expect(await roll()).toBe(`restarted ${SLOTS} slots`)
  await Promise.all(talks.map((talk, at) => talk.answeredBy((pid) => pid !== before[at])))
  const after = talks.map(({ connections }) => connections)
  await Promise.all(talks.map((talk) => talk.hears(10)))
  expect(talks.map(({ connections }) => connections)).toEqual(after)
  expect(new Set(pids()).size).toBe(SLOTS)
  // Those of one slot before are those of one slot now.
  expect(new Set(pids().map((pid, at) => `${before[at]} ${pid}`)).size).toBe(SLOTS)
  for (const { answers } of talks) expect(answers.map(({ number }) => number)).toEqual(answers.map((_, at) => at))
})
