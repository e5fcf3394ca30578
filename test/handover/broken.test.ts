import { describe, expect, it } from 'vitest'
import { until } from '../support/index.ts'
import { commit, openUsed, restartAndCommit, startGenerations } from './stage/server.ts'
import { counts, ledgerOf, told } from './stage/events.ts'
import { askUntilClosed, askUntilSettled } from './stage/ask-until.ts'
import type { Wire } from './stage/wire.ts'
import { generationOf } from './stage/wire.ts'

describe('the successor dies in the middle of the handover', () => {
  it('what was not sent is drained by the predecessor, and what was is counted', async () => {
    const server = await startGenerations({ generations: { 2: { killAfter: 5 } } })
    const wires = await openUsed(server.target(), 20)

    await commit(server)
    // The five that had arrived, and the one that was on its way.
    await until(() => wires.filter(({ closed }) => closed !== undefined).length === 6, 'the end of six connections')
    const left = wires.filter(({ closed }) => closed === undefined)
    const answeredBy = await Promise.all(left.map(askUntilClosed))

    expect(answeredBy).toEqual(Array(14).fill(1))
    expect(await ledgerOf(server, 1)).toEqual(counts({ finished: 14, handedOver: 5, unconfirmed: 1 }))
    await server.waitForLog(/drained: 14 finished, 5 handed over, 0 closed idle, 0 cut, 1 sent but not confirmed in/)
    expect(await server.waitForExit()).toBe(0)
    expect({ alive: server.alive(), zombies: server.zombies() }).toEqual({ alive: [], zombies: [] })
  })

  it('a connection in the middle of an upload stays, too', async () => {
    const server = await startGenerations({ generations: { 2: { killAfter: 1 } } })
    const wires = await openUsed(server.target(), 5)
    const [busy] = wires as [Wire]
    busy.write('POST /echo HTTP/1.1\r\nhost: localhost\r\ncontent-length: 8\r\n\r\nabcd')
    await busy.answerBegins()

    await commit(server)
    await until(() => wires.filter(({ closed }) => closed !== undefined).length === 2, 'the end of two connections')
    busy.write('efgh')

    expect((await busy.answer()).body.toString()).toBe('abcdefgh')
    const left = wires.filter((wire) => wire !== busy && wire.closed === undefined)
    expect(await Promise.all([busy, ...left].map(askUntilClosed))).toEqual([1, 1, 1])
    expect(await server.waitForExit()).toBe(0)
  })
})

describe('the successor’s application closes the channel', () => {
  it('what came is served there, the rest by the predecessor', async () => {
    const server = await startGenerations({ generations: { 2: { disconnectAfter: 5 } } })
    const wires = await openUsed(server.target(), 20)

    await restartAndCommit(server)
    await told(server, 2, 'received')
    const answeredBy = await Promise.all(wires.map(askUntilSettled))

    expect(answeredBy.toSorted()).toEqual([...Array(14).fill(1), ...Array(6).fill(2)])
    // The last that came could not be confirmed any more.
    expect(await ledgerOf(server, 1)).toEqual(counts({ finished: 14, handedOver: 5, unconfirmed: 1 }))
    expect(await server.waitForExit()).toBe(0)
    expect(
      (await Promise.all((await openUsed(server.target(), 3)).map((wire) => wire.ask()))).map(generationOf),
    ).toEqual([2, 2, 2])
  })
})
