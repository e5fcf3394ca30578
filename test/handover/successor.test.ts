import { describe, expect, it } from 'vitest'
import { until } from '../support/index.ts'
import { askUntilSettled } from './stage/ask-until.ts'
import { told } from './stage/events.ts'
import { openUsed, restartAndCommit, restartAndLeave, seen, startGenerations } from './stage/server.ts'
import { POST, Wire, generationOf } from './stage/wire.ts'

describe('to the successor, a connection that came is like one of its own', () => {
  it('with the client’s address and port', async () => {
    const server = await startGenerations()
    const [wire] = (await openUsed(server.target(), 1)) as [Wire]

    await restartAndLeave(server)

    expect(await seen(wire)).toMatchObject({
      remoteAddress: '127.0.0.1',
      remotePort: wire.localPort,
      localPort: server.port,
    })
  })

  it('counted among those that it has accepted itself', async () => {
    const server = await startGenerations()
    const [moved] = (await openUsed(server.target(), 5)) as [Wire]

    await restartAndLeave(server)
    const [own, another] = (await openUsed(server.target(), 2)) as [Wire, Wire]

    expect((await seen(moved)).connections).toBe(7)
    another.destroy()
    await connectionsAre(6, own)
    moved.destroy()
    await connectionsAre(5, own)
  })

  it('told to the application’s listener once', async () => {
    const server = await startGenerations()
    const wires = await openUsed(server.target(), 3)
    expect(await timesOpened(wires)).toEqual([1, 1, 1])

    await restartAndLeave(server)
    await restartAndLeave(server)

    expect(await timesOpened(wires)).toEqual([1, 1, 1])
  })

  it('waited for by server.close()', async () => {
    const server = await startGenerations()
    const [wire, other] = (await openUsed(server.target(), 2)) as [Wire, Wire]
    await restartAndLeave(server)
    wire.write(`${POST('/echo', 4)}ab`)
    await wire.answerBegins()

    other.write(POST('/close', 0))
    await other.ended()
    // A connection of its own would be refused by now; the one that came is still answered.
    expect(server.output.lines.filter((line) => /server closed|close called back/.test(line))).toEqual([])
    wire.write('cd')
    expect((await wire.answer()).body.toString()).toBe('abcd')
    wire.end()

    await Promise.all([told(server, 2, 'close called back'), told(server, 2, 'server closed')])
    await wire.ended()
  })
})

describe('maxRequestsPerSocket', () => {
  it('counts across generations', async () => {
    const server = await startGenerations({ http: { maxRequestsPerSocket: 5 } })
    const wire = await Wire.open(server.target())

    const closes = [(await wire.ask()).close, (await wire.ask()).close]
    await restartAndLeave(server)
    closes.push((await wire.ask()).close)
    await restartAndLeave(server)
    const last = [await wire.ask(), await wire.ask()]

    expect(last.map(generationOf)).toEqual([3, 3])
    expect([...closes, ...last.map(({ close }) => close)]).toEqual([false, false, false, false, true])
    await wire.ended()
  })

  it('counts across generations where it is set after listen()', async () => {
    const server = await startGenerations({ env: { LATE: { maxRequestsPerSocket: 4 } } })
    const wire = await Wire.open(server.target())

    const closes = [(await wire.ask()).close, (await wire.ask()).close]
    await restartAndLeave(server)
    closes.push((await wire.ask()).close, (await wire.ask()).close)

    expect(closes).toEqual([false, false, false, true])
    await wire.ended()
  })

  it('closes at its next answer a connection of which nobody knows the count, as it was set in its midst', async () => {
    const server = await startGenerations()
    const [wire, silent] = (await Wire.openTimes(server.target(), 2)) as [Wire, Wire]
    await wire.ask()
    wire.write(POST('/limit?requests=1000000', 0))
    await wire.answer()

    await restartAndCommit(server)

    const last = await wire.ask()
    expect([generationOf(last), last.close]).toEqual([1, true])
    expect(await askUntilSettled(silent)).toBe(2)
  })

  it('counts as Node itself does, where nothing has moved', async () => {
    const server = await startGenerations({ http: { maxRequestsPerSocket: 3 } })
    const wire = await Wire.open(server.target())

    wire.get('/', '/', '/')

    expect((await wire.answers(3)).map(({ close }) => close)).toEqual([false, false, true])
    await wire.ended()
  })

  it('leaves a connection alone that came from a generation without a limit', async () => {
    const server = await startGenerations({ generations: { 2: { http: { maxRequestsPerSocket: 2 } } } })
    const wire = await Wire.open(server.target())
    for (let request = 0; request < 5; request++) await wire.ask()

    await restartAndLeave(server)

    expect([(await wire.ask()).close, (await wire.ask()).close]).toEqual([false, true])
    await wire.ended()
  })
})

const timesOpened = async (wires: Wire[]): Promise<number[]> =>
  (await Promise.all(wires.map(seen))).map(({ openedTimes }) => openedTimes)

/** So many are left, that one among them, as soon as the successor has noticed. */
async function connectionsAre(connections: number, wire: Wire): Promise<void> {
  await until(async () => (await seen(wire)).connections === connections, `${connections} connections`)
}
