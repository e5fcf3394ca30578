import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { Wire } from '../handover/stage/wire.ts'
import type { ServerProcess } from '../support/index.ts'
import { eventsOf, startServer, until } from '../support/index.ts'
import { overTls } from './secure.ts'
import { POST, commit, count, counted } from './stage.ts'

/** A session `a` of the old process, which a request uses there until its body ends, and a connection of the successor. */
async function inUse(env: Record<string, string> = {}): Promise<{ server: ServerProcess; busy: Wire; next: Wire }> {
  const server = await startServer('sessions', { env })
  const busy = await Wire.open(server.target())
  await count(busy, 'a', '?new')
  busy.write(POST('/s/a', 'abc').slice(0, -1))
  await commit(server)
  return { server, busy, next: await Wire.open(server.target()) }
}

describe('a request that comes to the successor, while its session is in use in the old process for long', () => {
  it('is forwarded to that one; its connection stays, and goes on in the successor when the session has come', async () => {
    const { server, busy, next } = await inUse()
    expect(await count(next, 'a', '', 'x'.repeat(100_000))).toEqual({ count: 2, by: 1, bytes: 100_000 })
    expect(await count(next, 'a')).toEqual({ count: 3, by: 1, bytes: 0 })

    busy.write('c')
    expect(await counted(busy)).toEqual({ count: 4, by: 1, bytes: 3 })
    await server.waitForLog(/"took".*"key":"a"/)
    expect(await count(next, 'a')).toEqual({ count: 5, by: 2, bytes: 0 })
    expect(next.heard.answers).toBe(3)
    expect(eventsOf(server, 'changed a session that was given')).toEqual([])
  })

  it('is forwarded with what comes of its body later, in pieces, and with those behind it on its connection', async () => {
    const { busy, next } = await inUse()
    next.write('POST /s/a HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n1\r')
    await wait(700)
    next.write(`\nc\r\n0\r\n\r\n${POST('/s/a', 'de')}${POST('/s/b?new')}`)
    expect(await counted(next)).toEqual({ count: 2, by: 1, bytes: 3 })
    expect(await counted(next)).toEqual({ count: 3, by: 1, bytes: 2 })
    expect(await counted(next)).toEqual({ count: 1, by: 2, bytes: 0 })
    busy.write('c')
    expect(await counted(busy)).toMatchObject({ count: 4, by: 1 })
  })

  it('shows the application the connection of its client', async () => {
    const { server, next, busy } = await inUse()
    await count(next, 'a', '?tell')
    expect(eventsOf(server, 'began')).toMatchObject([
      { by: 1, remoteAddress: '127.0.0.1', remotePort: next.localPort, encrypted: false },
    ])
    busy.write('c')
    await counted(busy)
  })

  it('is forwarded over TLS as well', async () => {
    const server = await startServer('sessions', { env: { PROTOCOL: 'https' } })
    const [busy, next] = [overTls(server), overTls(server)]
    await busy.ask('/s/a?new')
    const end = busy.begin('/s/a?tell')
    await until(() => eventsOf(server, 'began').length === 1, 'it to come')
    await commit(server)
    expect(await next.ask('/s/a?tell')).toMatchObject({ count: 2, by: 1, reused: false, close: false })
    expect(eventsOf(server, 'began').at(-1)).toMatchObject({ by: 1, encrypted: true })
    expect(await end()).toMatchObject({ count: 3, by: 1 })
    busy.agent.destroy()
    await server.waitForLog(/"took".*"key":"a"/)
    expect(await next.ask('/s/a')).toMatchObject({ count: 4, by: 2, reused: true })
  })

  it('is not answered twice: if the old process is killed, its connection ends', async () => {
    const { server, next } = await inUse()
    const [{ pid } = { pid: 0 }] = server.announcements
    next.write(POST('/s/a?tell', 'abc').slice(0, -1))
    await until(() => eventsOf(server, 'began').length === 1, 'it to come to the old process')
    server.signal('SIGKILL', pid)
    await next.ended()
    expect(next.heard.answers).toBe(0)
  })

  it('is forgotten there when its client goes', async () => {
    const { server, busy, next } = await inUse()
    next.write(POST('/s/a?tell', 'abc').slice(0, -1))
    await until(() => eventsOf(server, 'began').length === 1, 'it to come to the old process')
    next.destroy()
    busy.write('c')
    expect(await counted(busy)).toMatchObject({ count: 2, by: 1 })
    // Nothing of it is in flight any more.
    await server.waitForLog(/"took".*"key":"a"/)
  })

  it('finds it through several processes, each of which has something in flight', async () => {
    const server = await startServer('sessions', { options: { probation: 0 } })
    const wires: Wire[] = []
    for (let generation = 1; generation <= 3; generation += 1) {
      const wire = await Wire.open(server.target())
      wires.push(wire)
      await count(wire, `k${generation}`, '?new')
      wire.write(POST(`/s/k${generation}`, 'abc').slice(0, -1))
      await commit(server)
      await server.waitForLog(new RegExp(`generation ${generation + 1} .* has taken over`))
    }
    for (let generation = 1; generation <= 3; generation += 1) {
      const next = await Wire.open(server.target())
      expect(await count(next, `k${generation}`)).toEqual({ count: 2, by: generation, bytes: 0 })
    }
    for (const wire of wires) wire.write('c')
    for (const [at, wire] of wires.entries()) expect(await counted(wire)).toMatchObject({ count: 3, by: at + 1 })
    await server.waitForExit(server.announcements[2]?.pid)
    for (let generation = 1; generation <= 3; generation += 1) {
      const next = await Wire.open(server.target())
      expect(await count(next, `k${generation}`)).toEqual({ count: 4, by: 4, bytes: 0 })
    }
  })
})
