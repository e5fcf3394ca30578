import { join } from 'node:path'
import type { Worker } from '@zerodown/load'
import { startLoad } from '@zerodown/load'
import { describe, expect, it } from 'vitest'
import { FIXTURES } from '../support/index.ts'
import { counts, ledgerOf } from './stage/events.ts'
import type { Choices } from './stage/server.ts'
import { openSilent, openUsed, restartAndCommit, restartAndLeave, startGenerations } from './stage/server.ts'
import { generationOf } from './stage/wire.ts'

const launch = { args: [join(FIXTURES, 'older-protocol.mjs')] }

const nobodyReceives: [string, Choices][] = [
  ['the predecessor does not want to', { generations: { 1: { options: { handover: false } } } }],
  ['the successor does not want to', { generations: { 2: { options: { handover: false } } } }],
  ['the successor has an https server there', { generations: { 2: { server: 'https' } } }],
  ['the successor has a raw server there', { generations: { 2: { server: 'raw' } } }],
  ['the successor is of a version that could not', { options: { launch }, env: { WITHOUT_CONNECTIONS: '1' } }],
  ['the successor is of a version that only can with other kinds', { options: { launch } }],
]

describe.each(nobodyReceives)('connections linger where %s', (_, choices) => {
  it('each is answered once more, by the predecessor, and told to close', async () => {
    const server = await startGenerations(choices)
    const used = await openUsed(server.target(), 3)
    const silent = await openSilent(server.target(), 3)

    await restartAndCommit(server)
    const answers = await Promise.all([...used, ...silent].map((wire) => wire.ask()))

    expect(answers.map(generationOf)).toEqual(Array(6).fill(1))
    expect(answers.every(({ close }) => close)).toBe(true)
    expect(await ledgerOf(server, 1)).toEqual(counts({ finished: 6 }))
    expect(await server.waitForExit()).toBe(0)
    expect(server.output.lines.filter((line) => line.startsWith('a connection came'))).toEqual([])
  })
})

const workers: Worker[] = [
  { kind: 'keepAlive', connections: 5, thinkTime: [0, 50] },
  { kind: 'post', connections: 3, size: 30_000, chunks: 4, chunkDelay: [0, 10], thinkTime: [0, 50] },
  { kind: 'pipelined', connections: 2, thinkTime: [0, 50] },
]

it('loses nothing while connections linger to and from one generation, and move again after it', async () => {
  const server = await startGenerations({ generations: { 2: { options: { handover: false } } } })
  const load = startLoad({ target: server.target(), workers })
  const closed = (): unknown => load.stats().closedByServer
  await load.waitFor(({ ok }) => ok > 20)

  await restartAndLeave(server)
  expect(closed()).toEqual({ announced: 10, unannounced: 0 })
  await load.waitFor((all) => (all.generations[2] ?? 0) > 50)
  await restartAndLeave(server)
  expect(closed()).toEqual({ announced: 20, unannounced: 0 })
  await load.waitFor((all) => (all.generations[3] ?? 0) > 50)
  await restartAndLeave(server)
  await load.waitFor((all) => (all.generations[4] ?? 0) > 50)

  expect(closed()).toEqual({ announced: 20, unannounced: 0 })
  expect(await load.stop()).toMatchObject({ failed: 0, firstFailures: [] })
})
