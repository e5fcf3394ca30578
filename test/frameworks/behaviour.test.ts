import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { answersOf } from '../restart/lossless.ts'
import { restartAndLeave } from '../handover/stage/server.ts'
import { GET, Wire } from '../handover/stage/wire.ts'
import type { ServerProcess } from '../support/index.ts'
import { PATIENCE, WAYS, startWay } from './ways.ts'

/** What an application makes of the same requests, in whichever generation. */
async function behaviour(wire: Wire): Promise<unknown> {
  const said: unknown[] = []
  for (const request of [GET('/order'), GET('/error'), GET('/ip'), GET('/ip', 'x-forwarded-for: 192.0.2.7')]) {
    wire.write(request)
    const { status, headers, body, close } = await wire.answer()
    said.push({ status, order: headers.get('x-order'), body: body.toString(), close })
  }
  return said
}

const EXPECTED = [
  { status: 200, order: 'outer, inner', body: 'in order', close: false },
  { status: 500, order: 'outer, inner', body: 'handled: a fault was asked for', close: false },
  { status: 200, order: 'outer, inner', body: '127.0.0.1', close: false },
  { status: 200, order: 'outer, inner', body: '192.0.2.7', close: false },
]

/** Whoever answers on a connection is of the latest generation. */
async function isTheLatest(server: ServerProcess, wire: Wire): Promise<boolean> {
  const by = (await wire.ask()).headers.get('x-generation') ?? ''
  return answersOf(server.latest, { generations: { [by]: 1 } }) === 1
}

/** However long it takes on a busy machine, none of the connections is idle for as long as `keepAliveTimeout`. */
async function inUse(wires: readonly Wire[], something: Promise<unknown>): Promise<void> {
  const over = something.then(() => true)
  do {
    await Promise.all(wires.map((wire) => wire.ask()))
  } while (!(await Promise.race([over, wait(200, false)])))
}

describe.each(WAYS)('$name, through a restart', { timeout: PATIENCE }, (way) => {
  it('keeps its middleware, its error handler and what it knows of the client, on the same connection', async () => {
    const server = await startWay(way)
    const wire = await Wire.open(server.target())
    expect(await behaviour(wire)).toEqual(EXPECTED)

    await inUse([wire], restartAndLeave(server))

    expect(await behaviour(wire)).toEqual(EXPECTED)
    expect(await isTheLatest(server, wire)).toBe(true)
    expect(wire.closed).toBeUndefined()
  })

  it('finishes long polls, streams and uploads where they began, and then moves their connections', async () => {
    const server = await startWay(way)
    const [poll, stream, upload] = (await Wire.openTimes(server.target(), 3)) as [Wire, Wire, Wire]
    const first = (await poll.ask()).headers.get('x-generation')
    poll.get('/slow?ms=1500')
    stream.get('/stream?chunks=15&ms=100')
    await stream.answerBegins()
    upload.write(`POST /echo HTTP/1.1\r\nhost: localhost\r\ncontent-length: 8\r\n\r\nabcd`)

    const restarted = server.restart()
    const polled = await Promise.all([poll.answer(), stream.answer()])
    await inUse([poll, stream], restarted)
    upload.write('efgh')
    const answers = [...polled, await upload.answer()] as const

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
    expect(answers.some(({ close }) => close)).toBe(false)
    expect(answers.map(({ headers }) => headers.get('x-generation'))).toEqual(Array(3).fill(first))
    expect(answers[1].body.toString().trim().split('\n')).toHaveLength(15)
    expect(answers[2].body.toString()).toBe('abcdefgh')
    await inUse([poll, stream, upload], server.waitForExit(undefined, 30_000))
    for (const wire of [poll, stream, upload]) expect(await isTheLatest(server, wire)).toBe(true)
  })

  it('has several applications in one process, each at its address', async () => {
    const server = await startWay(way, { address: '127.0.0.1:0,127.0.0.1:0' })
    const { listening } = server.latest
    const wires = await Promise.all([0, 1].map((at) => Wire.open(server.target(at))))
    await Promise.all(wires.map((wire) => wire.ask()))

    await inUse(wires, restartAndLeave(server))

    expect(server.latest.listening).toEqual(listening)
    for (const wire of wires) expect(await isTheLatest(server, wire)).toBe(true)
  })
})
