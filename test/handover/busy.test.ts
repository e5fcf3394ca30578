import { randomBytes } from 'node:crypto'
import type { Target } from '@zerodown/load'
import { describe, expect, it } from 'vitest'
import type { ServerProcess } from '../support/index.ts'
import { until } from '../support/index.ts'
import { counts, ledgerOf } from './stage/events.ts'
import { openSilent, restartAndCommit, restartAndLeave, startGenerations } from './stage/server.ts'
import { GET, POST, Wire, generationOf, large } from './stage/wire.ts'

/** Connections in the middle of something stay with the predecessor until they are idle, and then move. */
describe('a connection stays while it is in the middle of', () => {
  it.each([
    ['its first header', 0],
    ['a later header', 1],
  ])('%s', async (_, before) => {
    const server = await startGenerations()
    const [idle] = await openSilent(server.target(), 1)
    const wire = await Wire.open(server.target())
    for (let request = 0; request < before; request++) await wire.ask()
    wire.write(GET().slice(0, 25))
    await everythingWasRead(server)

    await restartAndCommit(server)
    await movedMeanwhile(idle)
    wire.write(GET().slice(25))

    expect(generationOf(await wire.answer())).toBe(1)
    await moved(server, wire)
  })

  it('a body', async () => {
    const server = await startGenerations()
    const body = randomBytes(100_000)
    const wire = await Wire.open(server.target())
    wire.write(POST('/echo', body.length))
    wire.write(body.subarray(0, 60_000))
    await wire.answerBegins()

    await restartAndCommit(server)
    wire.write(body.subarray(60_000))

    const answer = await wire.answer()
    expect([generationOf(answer), answer.body.equals(body), answer.close]).toEqual([1, true, false])
    await moved(server, wire)
  })

  it('a body whose answer is out already', async () => {
    const server = await startGenerations()
    const [idle] = await openSilent(server.target(), 1)
    const wire = await Wire.open(server.target())
    wire.write(POST('/early', 20) + 'a'.repeat(10))
    expect((await wire.answer()).body.toString()).toBe('early')

    await restartAndCommit(server)
    await movedMeanwhile(idle)
    // Sent to anybody else, the rest of the body would be a request that makes no sense.
    wire.write('a'.repeat(10))

    await moved(server, wire)
  })

  it('a pipeline, the answers of which wait behind the first', async () => {
    const server = await startGenerations()
    const wire = await Wire.open(server.target())
    wire.get('/when-draining', '/', '/large?bytes=80000', '/')
    await everythingWasRead(server)

    await restartAndCommit(server)

    const answers = await wire.answers(4)
    expect(answers.map(generationOf)).toEqual([1, 1, 1, 1])
    expect(answers[2]?.body.equals(large(80_000))).toBe(true)
    expect(answers.some(({ close }) => close)).toBe(false)
    await moved(server, wire)
  })

  it('a pipeline, the rest of which comes later', async () => {
    const server = await startGenerations()
    const wire = await Wire.open(server.target())
    wire.write(`${GET()}${POST('/echo', 8)}1234`)
    expect(generationOf(await wire.answer())).toBe(1)

    await restartAndCommit(server)
    wire.write(`5678${POST('/echo', 4)}abcd${GET()}`)

    const answers = await wire.answers(3)
    expect(answers.map(({ body }) => body.toString()).slice(0, 2)).toEqual(['12345678', 'abcd'])
    expect(answers.map(generationOf)).toEqual([1, 1, 1])
    await moved(server, wire)
  })

  it('a pipeline, the next request of which has begun when it is about to move', async () => {
    const server = await startGenerations()
    const [idle] = await openSilent(server.target(), 1)
    const wire = await Wire.open(server.target())
    // Once the first is answered, the successor gets its copy.
    wire.write(`${GET('/when-draining')}${POST('/echo', 8)}1234`)
    await everythingWasRead(server)
    await restartAndCommit(server)
    await movedMeanwhile(idle)
    expect(generationOf(await wire.answer())).toBe(1)

    wire.write(`5678${POST('/echo', 4)}ab`)
    expect((await wire.answer()).body.toString()).toBe('12345678')
    wire.write('cd')

    const last = await wire.answer()
    expect([generationOf(last), last.body.toString(), last.close]).toEqual([1, 'abcd', false])
    await moved(server, wire)
  })

  it('an answer of which megabytes are still to be sent to a slow reader', async () => {
    const bytes = 16_000_000
    const server = await startGenerations()
    const wire = await Wire.open(server.target())
    wire.stopReading()
    wire.get(`/large?bytes=${bytes}`)
    const [idle] = await openSilent(server.target(), 1)

    await restartAndCommit(server)
    await movedMeanwhile(idle)
    expect(server.alive()).toContain(server.pid)
    wire.readOn()

    const answer = await wire.answer()
    expect([generationOf(answer), answer.body.equals(large(bytes)), answer.close]).toEqual([1, true, false])
    await moved(server, wire)
  })
})

describe('a connection that was upgraded', () => {
  it('stays with the predecessor until it ends', async () => {
    const server = await startGenerations()
    const wire = await upgraded(server.target())

    await restartAndCommit(server)
    wire.write('still there?\n')
    await wire.hears(/1: still there\?/)
    wire.end()

    await wire.ended()
    expect(await ledgerOf(server, 1)).toEqual(counts({ finished: 1 }))
    expect(await server.waitForExit()).toBe(0)
  })

  it('is cut when drainTimeout is over', async () => {
    const server = await startGenerations({ options: { drainTimeout: 500 } })
    const wire = await upgraded(server.target())

    await restartAndCommit(server)
    await wire.ended()

    expect(await ledgerOf(server, 1)).toEqual(counts({ cut: 1 }))
    await server.waitForLog(/drainTimeout: after 500 ms, 1 connection was cut with something in flight/)
  })

  it('belongs to the successor when it moved there before', async () => {
    const server = await startGenerations()
    const wire = await Wire.open(server.target())
    await wire.ask()

    await restartAndLeave(server)
    await upgrade(wire)
    wire.write('who?\n')

    await wire.hears(/2: who\?/)
  })
})

/** Another connection's request, sent later, is answered. */
async function everythingWasRead(server: ServerProcess): Promise<void> {
  const other = await Wire.open(server.target())
  await other.ask()
  other.destroy()
}

/** The handover is under way: this one, which is idle, has had its turn. */
async function movedMeanwhile(idle: Wire | undefined): Promise<void> {
  await until(async () => idle && generationOf(await idle.ask()) === 2, 'the move of an idle connection')
}

/** What kept it is over: its predecessor leaves, and it is served on. */
async function moved(server: ServerProcess, wire: Wire): Promise<void> {
  expect(await server.waitForExit()).toBe(0)
  expect(generationOf(await wire.ask())).toBe(2)
  expect((await ledgerOf(server, 1)).cut).toBe(0)
}

async function upgraded(target: Target): Promise<Wire> {
  const wire = await Wire.open(target)
  await upgrade(wire)
  return wire
}

async function upgrade(wire: Wire): Promise<void> {
  wire.write('GET / HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: echo\r\n\r\n')
  await wire.hears(/101 Switching Protocols[^]*\r\n\r\n/)
}
