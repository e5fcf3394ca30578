import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { eventsOf } from '../support/index.ts'
import { askUntilSettled } from './stage/ask-until.ts'
import { commit, openSilent, openUsed, restartAndLeave, startGenerations } from './stage/server.ts'
import type { Wire } from './stage/wire.ts'
import { GET, POST, generationOf } from './stage/wire.ts'

describe('keepAliveTimeout, in the predecessor', () => {
  it('closes a connection whose copy is on its way to a busy successor, and the client hears of it at once', async () => {
    const server = await startGenerations({
      http: { keepAliveTimeout: 400 },
      generations: { 2: { busy: 4000 } },
    })
    const wires = await openUsed(server.target(), 3)

    await commit(server)
    await Promise.all(wires.map((wire) => wire.ended()))

    expect(wires.map(({ closed }) => closed)).toEqual(Array(3).fill('in good order'))
    expect(eventsOf(server, 'no longer busy')).toEqual([])
    expect(await server.waitForExit()).toBe(0)
  })
})

describe('keepAliveTimeout, in the successor', () => {
  const keepAliveTimeout = 600

  it('closes a connection that came and on which nothing more was said', async () => {
    const server = await startGenerations({ generations: { 2: { http: { keepAliveTimeout } } } })
    const [wire] = (await openUsed(server.target(), 1)) as [Wire]
    const answered = performance.now()

    await restartAndLeave(server)
    await wire.ended()

    expect(wire.closed).toBe('in good order')
    expect(performance.now() - answered).toBeGreaterThanOrEqual(keepAliveTimeout)
  })

  it('closes one that was used there, that time after its last answer', async () => {
    const server = await startGenerations({ generations: { 2: { http: { keepAliveTimeout } } } })
    const [wire] = (await openUsed(server.target(), 1)) as [Wire]

    await commit(server)
    expect(await askUntilSettled(wire)).toBe(2)
    const answered = performance.now()
    await wire.ended()

    // A timer's ms and a clock's are not the same to the last fraction.
    expect(performance.now() - answered).toBeGreaterThan(keepAliveTimeout - 50)
  })

  it.each([
    ['answer', '/slow?ms=1000', '', ''],
    ['upload', '/echo', 'abcd', 'efgh'],
  ])('does not close one whose first request there takes longer (%s)', async (_, path, begin, rest) => {
    // Written while the connection is on its way: the successor is too busy to receive.
    const server = await startGenerations({ generations: { 2: { http: { keepAliveTimeout }, busy: 300 } } })
    const [wire] = (await openUsed(server.target(), 1)) as [Wire]

    await commit(server)
    wire.write(rest === '' ? GET(path) : POST(path, 8) + begin)
    if (rest !== '') await sleep(300 + 2 * keepAliveTimeout)
    wire.write(rest)

    const { status, body } = await wire.answer()
    expect(status).toBe(200)
    if (rest !== '') expect(body.toString()).toBe(begin + rest)
  })

  it('is the only one: Node’s patience for a header that is late has nothing to do with it', async () => {
    const http = { headersTimeout: 300, requestTimeout: 300, connectionsCheckingInterval: 50 }
    const server = await startGenerations({ generations: { 2: { http }, 3: { http } } })
    const wires = await openUsed(server.target(), 3)

    await restartAndLeave(server)
    await sleep(600)
    // And again where it was not used in between.
    await restartAndLeave(server)
    await sleep(600)

    const answers = await Promise.all(wires.map((wire) => wire.ask()))
    expect(answers.map(generationOf)).toEqual([3, 3, 3])
  })
})

it.each([
  ['a server.timeout that is shorter than the keep-alive timeout', { timeout: 300 }],
  ['a keepAliveTimeout that is longer than any timer', { keepAliveTimeout: 1e10 }],
])('%s closes no idle connection that came', async (_, http) => {
  const server = await startGenerations({ generations: { 2: { http } } })
  const wires = await openUsed(server.target(), 3)

  await restartAndLeave(server)
  await sleep(600)

  const answers = await Promise.all(wires.map((wire) => wire.ask()))
  expect(answers.map(generationOf)).toEqual([2, 2, 2])
})

describe('headersTimeout, in the successor', () => {
  it('is for a connection on which nothing was ever said, and keepAliveTimeout is not', async () => {
    const server = await startGenerations({ generations: { 2: { http: { keepAliveTimeout: 500 } } } })
    const [wire] = (await openSilent(server.target(), 1)) as [Wire]

    await restartAndLeave(server)
    await sleep(900)

    expect(generationOf(await wire.ask())).toBe(2)
  })
})
