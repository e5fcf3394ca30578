import { describe, expect, it } from 'vitest'
import type { ServerProcess } from '../support/index.ts'
import { until } from '../support/index.ts'
import { commit, openSilent, openUsed, restartAndCommit, startGenerations } from './stage/server.ts'
import { counts, ledgerOf, told } from './stage/events.ts'
import { askUntilClosed, askUntilSettled } from './stage/ask-until.ts'
import type { Wire } from './stage/wire.ts'
import { generationOf } from './stage/wire.ts'

/** At the most so many are on their way at a time, and only of them can nobody know. */
const FROZEN = 8

/** Who answered last on each, before it was closed with an announcement; 'nobody': it was just closed. */
const ends = (wires: Wire[]): Promise<(number | 'nobody')[]> =>
  Promise.all(wires.map((wire) => askUntilClosed(wire).catch(() => 'nobody' as const)))

interface Over {
  readonly over: number
  readonly unconfirmed: number
}

/** How many went to the successor: each is accounted for, and more than `came`, as the last of them made it break. */
async function wentOver(server: ServerProcess, connections: number, came: number): Promise<Over> {
  const { handedOver, unconfirmed, ...others } = await ledgerOf(server, 1)
  const over = handedOver + unconfirmed
  expect({ handedOver, unconfirmed, ...others }).toEqual(
    counts({ finished: connections - over, handedOver, unconfirmed }),
  )
  expect(over).toBeGreaterThan(came)
  expect(over).toBeLessThanOrEqual(came + FROZEN)
  expect(handedOver).toBeLessThanOrEqual(came)
  expect(unconfirmed).toBeLessThanOrEqual(FROZEN)
  await server.waitForLog(
    new RegExp(
      `drained: ${others.finished} finished, ${handedOver} handed over, 0 closed idle, 0 cut, ${unconfirmed} sent but not confirmed in`,
    ),
  )
  return { over, unconfirmed }
}

const times = (who: number | 'nobody', all: readonly (number | 'nobody')[]): number =>
  all.filter((one) => one === who).length

describe('the successor dies in the middle of the handover', () => {
  it('what was not passed on is drained by the predecessor, and what was is counted', async () => {
    const server = await startGenerations({ generations: { 2: { killAfter: 5 } } })
    const wires = await openUsed(server.target(), 30)

    await commit(server)
    await until(() => wires.some(({ closed }) => closed !== undefined), 'the end of the successor')
    const answeredBy = await ends(wires)

    const { over } = await wentOver(server, 30, 5)
    expect([times(1, answeredBy), times('nobody', answeredBy)]).toEqual([30 - over, over])
    expect(await server.waitForExit()).toBe(0)
    expect({ alive: server.alive(), zombies: server.zombies() }).toEqual({ alive: [], zombies: [] })
  })

  it('a connection in the middle of an upload stays, too', async () => {
    const server = await startGenerations({ generations: { 2: { killAfter: 1 } } })
    const [busy, ...others] = (await openUsed(server.target(), 20)) as [Wire, ...Wire[]]
    busy.write('POST /echo HTTP/1.1\r\nhost: localhost\r\ncontent-length: 8\r\n\r\nabcd')
    await busy.answerBegins()

    await commit(server)
    await until(() => others.some(({ closed }) => closed !== undefined), 'the end of the successor')
    busy.write('efgh')

    expect((await busy.answer()).body.toString()).toBe('abcdefgh')
    const answeredBy = await ends([busy, ...others])
    expect(answeredBy[0]).toBe(1)
    const { over } = await wentOver(server, 20, 1)
    expect(times(1, answeredBy)).toBe(20 - over)
    expect(await server.waitForExit()).toBe(0)
  })
})

describe('the successor closes its last server in the middle of the handover', () => {
  it('what it has not served yet is served on by the predecessor, which does not wait for it', async () => {
    const server = await startGenerations({
      // For the silent one: by then the others have the timeout that they got with their last answer.
      generations: { 1: { keepAliveTimeoutFromCommit: 1000 }, 2: { closeAfter: 5 } },
    })
    const [silent] = await openSilent(server.target(), 1)
    const wires = await openUsed(server.target(), 30)
    const { pid } = server.latest

    await commit(server)
    await until(() => wires.some(({ closed }) => closed !== undefined), 'the end of those that had come')
    const answeredBy = await ends(wires)

    expect([times(1, answeredBy), times('nobody', answeredBy)]).toEqual([24, 6])
    await silent?.ended()
    expect(await ledgerOf(server, 1)).toEqual(counts({ finished: 24, handedOver: 6, closedIdle: 1 }))
    expect((await told(server, 1, 'drained')).duration).toBeLessThan(15_000)
    expect(await server.waitForExit(pid)).toBe(0)
  })
})

describe('the channel ends while both live', () => {
  it('what came is served there, the rest by the predecessor, and what nobody can know of is counted', async () => {
    const server = await startGenerations({ generations: { 2: { endChannelAfter: 5 } } })
    const wires = await openUsed(server.target(), 30)

    await restartAndCommit(server)
    await told(server, 2, 'channel ended')
    const answeredBy = await Promise.all(wires.map((wire) => askUntilSettled(wire).catch(() => 'nobody' as const)))

    const { over, unconfirmed } = await wentOver(server, 30, 5)
    expect(times(1, answeredBy)).toBe(30 - over)
    // Of what was on its way, the successor has read a part before it ended; the others it had only held.
    expect(times(2, answeredBy)).toBeGreaterThan(5)
    expect(times('nobody', answeredBy)).toBeLessThanOrEqual(unconfirmed)
    expect(times(2, answeredBy) + times('nobody', answeredBy)).toBe(over)
    expect(await server.waitForExit()).toBe(0)
    expect(
      (await Promise.all((await openUsed(server.target(), 3)).map((wire) => wire.ask()))).map(generationOf),
    ).toEqual([2, 2, 2])
  })
})
