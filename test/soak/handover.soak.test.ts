import type { Stats, Worker } from '@zerodown/load'
import { describe, expect, it } from 'vitest'
import { expectSameAnswers } from '../handover/random/same-answers.ts'
import { expectUnnoticed } from '../handover/stage/restarts.ts'
import { startGenerations } from '../handover/stage/server.ts'

const RESTARTS = Number(process.env['ZERODOWN_TEST_RESTARTS'] ?? 200)
const RUNS = Number(process.env['ZERODOWN_TEST_RUNS'] ?? 500)

/** By what they are called, each for 50 connections. */
const loads: Record<string, Worker> = {
  'keep-alive': { kind: 'keepAlive', connections: 50 },
  'POST with slow uploads': { kind: 'post', connections: 50, size: 30_000, chunks: 4, chunkDelay: [0, 10] },
  pipelined: { kind: 'pipelined', connections: 50 },
}

describe.each(Object.entries(loads))(`${RESTARTS} restarts under %s load, and no client notices`, (name, worker) => {
  it('with think time', async () => {
    const server = await startGenerations()
    const [load] = await expectUnnoticed(server, [{ ...worker, thinkTime: [0, 20] }], { restarts: RESTARTS })
    report(`${name}, with think time`, load?.stats())
  })

  it('at saturation, each restart as soon as the last one’s successor answers', async () => {
    const server = await startGenerations()
    const [load] = await expectUnnoticed(server, [worker], { restarts: RESTARTS, atOnce: true })
    report(`${name}, at saturation`, load?.stats())
  })
})

it('random requests, cut at random bytes, are answered through restarts as if there were none', async () => {
  const runs = await expectSameAnswers({ runs: RUNS, time: 20 * 60_000 })
  console.log(`${runs} runs`)
  expect(runs).toBeGreaterThan(0)
})

function report(what: string, stats: Stats | undefined): void {
  if (stats === undefined) return
  const { elapsed, requests, failed, reopened, connectionsOpened, latency } = stats
  console.log(
    `${process.env['ZERODOWN_TEST_NODE'] ?? process.execPath}: ${what}: ${RESTARTS} restarts in ` +
      `${Math.round(elapsed / 1000)} s, ${requests} requests, ${failed} failed, ${connectionsOpened} connections opened, ` +
      `${reopened} of them again, the slowest answer ${latency.max.toFixed(0)} ms`,
  )
}
