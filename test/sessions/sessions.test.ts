import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { Wire } from '../handover/stage/wire.ts'
import { startSupervised } from '../run/stage/supervised.ts'
import type { ServerProcess } from '../support/index.ts'
import { eventsOf, restartAndLeave, startServer, until } from '../support/index.ts'
import { isStopped } from '../support/process-status.ts'
import { CERTIFICATE, overHttp2, overTls } from './secure.ts'
import { POST, commit, count, counted } from './stage.ts'

/** A connection of the old process, in the middle of an answer, whose session `a` has gone to the successor. */
async function withoutItsSession(env: Record<string, string> = {}): Promise<{ server: ServerProcess; wire: Wire }> {
  const server = await startServer('sessions', { env })
  const wire = await Wire.open(server.target())
  await count(wire, 'a', '?new')
  // Another session keeps this connection in the old process.
  await count(wire, 'b', '?new')
  wire.write(POST('/s/b?ms=700'))
  await commit(server)
  await server.waitForLog(/"took".*"key":"a"/)
  return { server, wire }
}

describe('a session', () => {
  it('goes to the successor, and its connections with it', async () => {
    const server = await startServer('sessions')
    const wire = await Wire.open(server.target())
    expect(await count(wire, 'a', '?new')).toMatchObject({ count: 1, by: 1 })
    await restartAndLeave(server)
    expect(await count(wire, 'a')).toMatchObject({ count: 2, by: 2 })
    await restartAndLeave(server)
    expect(await count(wire, 'a', '', 'x'.repeat(100_000))).toEqual({ count: 3, by: 3, bytes: 100_000 })
  })

  it('goes to the successor, also if the old process has nothing to wait for', async () => {
    const server = await startServer('sessions')
    const wire = await Wire.open(server.target())
    await count(wire, 'a', '?new')
    wire.end()
    await wire.ended()
    await restartAndLeave(server)
    expect(await count(await Wire.open(server.target()), 'a')).toMatchObject({ count: 2, by: 2 })
  })

  it('is waited for by the successor, while a request of it is in flight in the old process', async () => {
    const server = await startServer('sessions')
    const [busy, other] = (await Wire.openTimes(server.target(), 2)) as [Wire, Wire]
    await count(busy, 'a', '?new')
    busy.write(POST('/s/a?ms=300'))
    await commit(server)

    const next = await Wire.open(server.target())
    const [slow, quick] = [counted(busy), count(next, 'a')]
    // Another session does not wait.
    expect(await count(other, 'b', '?new')).toMatchObject({ count: 1 })

    expect(await slow).toMatchObject({ count: 2, by: 1 })
    expect(await quick).toMatchObject({ count: 3, by: 2 })
  })

  it('stays until the answer is out that has made it', async () => {
    const server = await startServer('sessions')
    const [maker, other] = (await Wire.openTimes(server.target(), 2)) as [Wire, Wire]
    await count(other, 'b', '?new')
    // In flight until its body ends.
    maker.write(POST('/s/a?new', 'abc').slice(0, -1))
    await count(other, 'b')
    await commit(server)
    await server.waitForLog(/"took".*"key":"b"/)
    expect(eventsOf(server, 'gave')).toHaveLength(1)
    maker.write('c')
    expect(await counted(maker)).toMatchObject({ count: 1, by: 1 })
    expect(await count(other, 'a')).toMatchObject({ count: 2, by: 2 })
  })

  it.each([
    ['whole', POST('/s/a', 'abc'), ''],
    ['with half its body', POST('/s/a', 'abc').slice(0, -2), 'bc'],
    [
      'chunked, with half its body',
      'POST /s/a HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n1\r',
      '\nc\r\n0\r\n\r\n',
    ],
    ['with another one behind it', POST('/s/a', 'abc') + POST('/s/a', 'x'), ''],
    [
      'with half of another one behind it',
      `${POST('/s/a', 'abc')}POST /s/a HT`,
      'TP/1.1\r\nhost: a\r\ncontent-length: 1\r\n\r\nx',
    ],
  ])('that has gone gets its request, which moves %s', async (_, first, second) => {
    const { server, wire } = await withoutItsSession()

    wire.write(first)
    expect(await counted(wire)).toMatchObject({ count: 2, by: 1 })
    if (second !== '') wire.write(second)

    expect(await counted(wire)).toEqual({ count: 2, by: 2, bytes: 3 })
    if (first.length + second.length > 130) expect(await counted(wire)).toEqual({ count: 3, by: 2, bytes: 1 })
    expect(eventsOf(server, 'changed a session that was given')).toEqual([])
  })

  it('that has gone gets its request, and one of no session that came with it goes along', async () => {
    const server = await startServer('sessions')
    const [wire, other] = (await Wire.openTimes(server.target(), 2)) as [Wire, Wire]
    await count(wire, 'a', '?new')
    await count(wire, 'b', '?new')
    // Both are in flight until the body of this one ends.
    other.write(POST('/s/c?new&release', 'abc').slice(0, -1))
    wire.write(POST('/s/b?held'))
    await count(await Wire.open(server.target()), 'd', '?new')
    await commit(server)
    await server.waitForLog(/"took".*"key":"a"/)

    wire.write(POST('/s/a') + POST('/nobody'))
    other.write('c')
    expect(await counted(wire)).toMatchObject({ count: 2, by: 1 })
    expect(await counted(wire)).toMatchObject({ count: 2, by: 2 })
    expect((await wire.answer()).body.toString()).toBe('2')
  })

  it('that has gone gets its request, which counts once among those that maxRequestsPerSocket allows', async () => {
    const { server, wire } = await withoutItsSession({ REQUESTS: '6' })
    wire.write(POST('/s/a'))
    const closes = (await wire.answers(2)).map(({ close }) => close)
    await until(() => server.alive().length === 1, 'the old process to leave')

    for (let number = 5; number <= 6; number += 1) {
      wire.write(POST('/s/a'))
      closes.push((await wire.answer()).close)
    }
    expect(closes).toEqual([false, false, false, true])
    await wire.ended()
  })

  it('that has gone does not fill the memory: a chunked request of more than 1 MiB is forwarded', async () => {
    const { server, wire } = await withoutItsSession()

    const mebibyte = `100000\r\n${'x'.repeat(0x10_0000)}\r\n`
    wire.write(`POST /s/a HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n${mebibyte}${mebibyte}0\r\n\r\n`)
    expect(await counted(wire)).toMatchObject({ count: 2, by: 1 })
    expect(await counted(wire)).toEqual({ count: 2, by: 2, bytes: 0x20_0000 })
    expect(eventsOf(server, 'changed a session that was given')).toEqual([])
  })

  it('is lost with a successor that is killed, with an error; one that had not gone yet is served on', async () => {
    const server = await startServer('sessions', { generations: { 2: { endsAt: 'a', by: 'SIGKILL' } } })
    const [wire, other] = (await Wire.openTimes(server.target(), 2)) as [Wire, Wire]
    await count(wire, 'a', '?new')
    await count(wire, 'b', '?new')
    // Both are in flight until their bodies end.
    wire.write(POST('/s/b', 'abc').slice(0, -1))
    other.write(POST('/s/c?new', 'abc').slice(0, -1))
    await commit(server)
    await server.waitForLog(/error: 1 sessions of counts had gone to the successor, and are lost with it/)

    wire.write('c')
    other.write('c')
    expect(await counted(wire)).toMatchObject({ count: 2, by: 1 })
    wire.write(POST('/s/a'))
    expect((await wire.answer()).status).toBe(404)
    expect(await counted(other)).toMatchObject({ count: 1, by: 1 })
    expect(await count(other, 'b')).toMatchObject({ count: 3, by: 1 })
    // Nor is one given that is not needed any more: nobody would take it.
    expect(eventsOf(server, 'gave')).toHaveLength(1)
  })

  it('is waited for while its successor is stopped, and nothing is lost when it goes on', async () => {
    const server = await startServer('sessions', {
      generations: { 2: { endsAt: 'a', by: 'SIGSTOP' } },
      options: { probation: 0 },
    })
    const wires = await Wire.openTimes(server.target(), 10)
    for (const [at, wire] of wires.entries()) await count(wire, 'abcdefghij'[at] ?? '', '?new')
    await commit(server)
    const { pid } = server.latest
    await until(() => isStopped(pid), 'the successor to stop')
    for (const [at, wire] of wires.entries()) wire.write(POST(`/s/${'abcdefghij'[at]}`))
    await wait(300)
    server.signal('SIGCONT', pid)

    for (const wire of wires) expect(await counted(wire)).toMatchObject({ count: 2, by: 2 })
    expect(eventsOf(server, 'changed a session that was given')).toEqual([])
  })

  it('is waited for no longer than patience, over HTTP/2: then the request is answered without it', async () => {
    const server = await startServer('sessions', { env: { PATIENCE: '300', PROTOCOL: 'http2' } })
    const busy = overHttp2(server)
    await busy.ask('/s/a?new')
    const end = busy.begin('/s/a?tell')
    await until(() => eventsOf(server, 'began').length === 1, 'it to come')
    await commit(server)
    const next = overHttp2(server)
    expect(await next.ask('/s/a')).toMatchObject({ status: 404 })

    expect(await end()).toMatchObject({ count: 2, by: 1 })
    await server.waitForLog(/"took".*"key":"a"/)
    expect(await next.ask('/s/a')).toMatchObject({ count: 3, by: 2 })
  })

  it('that nobody knows is not waited for', async () => {
    const server = await startServer('sessions')
    const busy = await Wire.open(server.target())
    busy.write(POST('/s/a?new&ms=1500'))
    await commit(server)
    const wire = await Wire.open(server.target())
    wire.write(POST('/s/nobody'))
    expect((await wire.answer()).status).toBe(404)
    expect(await counted(busy)).toMatchObject({ by: 1 })
  })

  it('is not looked for if keyOf() fails: the request is answered without one, and the process serves on', async () => {
    const server = await startServer('sessions')
    const wire = await Wire.open(server.target())
    await count(wire, 'a', '?new')
    for (let time = 1; time <= 2; time += 1) {
      wire.write(POST('/s/%zz'))
      expect((await wire.answer()).status).toBe(404)
    }
    expect(await count(wire, 'a')).toMatchObject({ count: 2, by: 1 })
    await restartAndLeave(server)
    expect(await count(wire, 'a')).toMatchObject({ count: 3, by: 2 })
    const warned = server.output.lines.filter((line) => line.includes('keyOf'))
    expect(warned).toEqual([
      expect.stringMatching(/warning: keyOf\(\) of the sessions counts has failed.*: URI malformed/),
    ])
  })

  it('stays with the old process if give() fails, which answers its requests, wherever they come', async () => {
    const server = await startServer('sessions', { env: { GENERATIONS: '{"1":{"giveFails":true}}' } })
    const [wire, keeper] = (await Wire.openTimes(server.target(), 2)) as [Wire, Wire]
    await count(wire, 'a', '?new')
    // In flight until its body ends.
    keeper.write(POST('/s/c?new', 'abc').slice(0, -1))
    wire.write(POST('/s/a?ms=300'))
    await commit(server)
    expect(await counted(wire)).toMatchObject({ count: 2, by: 1 })
    await server.waitForLog(
      /a session of counts stays with this process until it ends, as it cannot be given: not today/,
    )
    expect(await count(await Wire.open(server.target()), 'a')).toMatchObject({ count: 3, by: 1 })
    keeper.write('c')
    expect(await counted(keeper)).toMatchObject({ count: 1, by: 1 })
  })

  it('is lost if take() fails, with an error, and its requests are answered without it', async () => {
    const server = await startServer('sessions', { generations: { 2: { takeFails: true } } })
    const wire = await Wire.open(server.target())
    await count(wire, 'a', '?new')
    await restartAndLeave(server)
    wire.write(POST('/s/a'))
    expect((await wire.answer()).status).toBe(404)
    await server.waitForLog(/a session of counts is lost, as it cannot be taken: what is this\?/)
  })

  it('stays as long as it has a TLS connection, whose last answer says so, and then goes', async () => {
    const server = await startServer('sessions', { env: { PROTOCOL: 'https' } })
    const { ask } = overTls(server)
    expect(await ask('/s/a?new')).toMatchObject({ count: 1, by: 1 })
    await commit(server)
    expect(await ask('/s/a')).toMatchObject({ count: 2, by: 1, reused: true, close: true })
    expect(await ask('/s/a')).toMatchObject({ count: 3, by: 2, reused: false })
    expect(eventsOf(server, 'changed a session that was given')).toEqual([])
  })

  it('that has gone gets a request that comes over TLS: it is forwarded', async () => {
    const server = await startServer('sessions', { env: { PROTOCOL: 'https' } })
    const [first, second] = [overTls(server), overTls(server)]
    await first.ask('/s/a?new')
    await second.ask('/s/b?new')
    first.agent.destroy()
    await commit(server)
    await server.waitForLog(/"took".*"key":"a"/)

    expect(await second.ask('/s/a')).toMatchObject({ count: 2, by: 2, reused: true, close: true })
    expect(await second.ask('/s/a')).toMatchObject({ count: 3, by: 2, reused: false })
    expect(eventsOf(server, 'changed a session that was given')).toEqual([])
  })

  it('that has gone cannot be reached by a client that shows a certificate: it gets 503, and may come again', async () => {
    const server = await startServer('sessions', { env: { PROTOCOL: 'mtls' } })
    const [first, second] = [overTls(server, await CERTIFICATE), overTls(server, await CERTIFICATE)]
    await first.ask('/s/a?new')
    await second.ask('/s/b?new')
    first.agent.destroy()
    await commit(server)
    await server.waitForLog(/"took".*"key":"a"/)

    expect(await second.ask('/s/a')).toMatchObject({ status: 503, reused: true, close: true })
    await server.waitForLog(/warning: a request came on a connection that cannot move, .*: it is answered by 503/)
    expect(await second.ask('/s/a')).toMatchObject({ count: 2, by: 2, reused: false })
    expect(eventsOf(server, 'changed a session that was given')).toEqual([])
  })

  it('stays as long as it is used over HTTP/2, whose drain ends the connection, and then goes', async () => {
    const server = await startServer('sessions', { env: { PROTOCOL: 'http2' } })
    const { ask } = overHttp2(server)
    expect(await ask('/s/a?new')).toMatchObject({ count: 1, by: 1 })
    const slow = ask('/s/a?ms=1500')
    await commit(server)
    const later = overHttp2(server).ask('/s/a')
    expect(await slow).toMatchObject({ count: 2, by: 1 })
    expect(await later).toMatchObject({ count: 3, by: 2 })
    expect(eventsOf(server, 'changed a session that was given')).toEqual([])
  })

  it('goes along under a supervisor, in its slot', async () => {
    const { server, target, roll } = await startSupervised('sessions.mjs')
    const wires = await Wire.openTimes(target(), 4)
    for (const [at, wire] of wires.entries()) await count(wire, `k${at}`, '?new')
    for (let time = 1; time <= 2; time += 1) {
      expect(await roll()).toMatch(/restarted 2 slots/)
      for (const [at, wire] of wires.entries()) expect((await count(wire, `k${at}`)).count).toBe(time + 1)
    }
    expect(eventsOf(server, 'changed a session that was given')).toEqual([])
  })
})
