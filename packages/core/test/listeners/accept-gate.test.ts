import { once } from 'node:events'
import type { Server, Socket } from 'node:net'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { tempDir } from '../../../../test/support/index.ts'
import { AcceptGate } from '../../src/listeners/accept-gate.ts'
import { inherit } from '../support/inherited.ts'
import { endWithTest } from '../support/servers.ts'

/** Whether a connection is accepted, shortly after there is one. */
async function accepts(server: Server, socket: Socket): Promise<boolean> {
  const accepted = once(server, 'connection').then(() => true)
  if (socket.connecting) await once(socket, 'connect')
  return Promise.race([accepted, wait(50, false)])
}

/** A server that listens on an inherited listener, behind a closed gate. */
async function behindGate(where?: { path: string }): Promise<{ gate: AcceptGate; server: Server }> {
  const { fd } = await inherit(where)
  const gate = new AcceptGate(() => false)
  const server = createServer((socket) => socket.end('answered'))
  endWithTest(server)
  gate.listen(server, () => server.listen({ fd }, 7))
  await once(server, 'listening')
  return { gate, server }
}

function connectTo(server: Server): Socket {
  const { port } = server.address() as { port: number }
  return connect(port, '127.0.0.1')
}

describe('a server on an inherited listener, behind a closed gate,', () => {
  it('listens, and accepts what has come meanwhile once the gate is open', async () => {
    const { gate, server } = await behindGate()
    expect(server.listening).toBe(true)
    const socket = connectTo(server)
    expect(await accepts(server, socket)).toBe(false)

    gate.open()
    expect(String((await once(socket, 'data'))[0])).toBe('answered')
    const next = connectTo(server)
    expect(await accepts(server, next)).toBe(true)
    next.destroy()
  })

  it('does so on a unix path, too', async () => {
    const path = join(await tempDir(), 'a.sock')
    const { gate, server } = await behindGate({ path })
    const socket = connect(path)
    expect(await accepts(server, socket)).toBe(false)

    gate.open()
    expect(String((await once(socket, 'data'))[0])).toBe('answered')
  })

  it('can be closed, and does not accept when the gate opens', async () => {
    const { gate, server } = await behindGate()
    server.close()
    await once(server, 'close')
    gate.open()
    expect(server.listening).toBe(false)
  })

  it('can listen elsewhere after it was closed, and accepts there', async () => {
    const { gate, server } = await behindGate()
    server.close()
    await once(server, 'close')
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    gate.open()
    const socket = connectTo(server)
    expect(await accepts(server, socket)).toBe(true)
    socket.destroy()
  })

  it('keeps its process alive, unless it was told not to', async () => {
    const { server } = await behindGate()
    const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
    const before = timers()
    server.unref()
    expect(timers()).toBe(before - 1)
    server.ref()
    expect(timers()).toBe(before)
    server.close()
    expect(timers()).toBe(before - 1)
  })
})

describe('a server on an inherited listener accepts at once', () => {
  it.each([
    ['where the gate is open', false],
    ['where there is no predecessor', true],
  ])('%s', async (_, alone) => {
    const { fd } = await inherit()
    const gate = new AcceptGate(() => alone)
    if (!alone) gate.open()
    const server = createServer()
    endWithTest(server)
    gate.listen(server, () => server.listen({ fd }))
    await once(server, 'listening')
    const socket = connectTo(server)
    expect(await accepts(server, socket)).toBe(true)
    socket.destroy()
  })
})
