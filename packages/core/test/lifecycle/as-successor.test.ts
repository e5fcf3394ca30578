import { once } from 'node:events'
import { existsSync, linkSync, rmSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import type { Server } from 'node:net'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createServer as createTlsServer } from 'node:tls'
import { describe, expect, it } from 'vitest'
import { tempDir } from '../../../../test/support/index.ts'
import type { InheritedListener } from '../../src/listeners/inherited.ts'
import { handleOf } from '../../src/node/internals/handles.ts'
import { arrived } from '../support/carriers.ts'
import { inherit } from '../support/inherited.ts'
import { aSuccessor } from '../support/successors.ts'
import { PSK } from '../support/tls.ts'
import { connectTo, listen } from '../support/servers.ts'

const portOf = ({ bound }: InheritedListener): number => (bound.kind === 'tcp' ? bound.port : 0)
const ANY = { port: 0, host: '127.0.0.1' }

describe('a successor that is ready', () => {
  it.each([
    [true, ['http1']],
    [false, undefined],
  ])('says which connections it takes (handover: %s)', async (handover, kinds) => {
    const listener = await inherit()
    const { successor, heard } = await aSuccessor([listener], { options: { handover } })
    await listen(successor.attach(createHttpServer()), ANY)
    await successor.emitted('ready')
    await arrived()
    const accepts = kinds === undefined ? [] : [{ listener: listener.fd, kinds }]
    expect(heard).toEqual([{ type: 'ready', pid: process.pid, accepts }])
    expect(successor.told.listening).toEqual({ key: `tcp:127.0.0.1:${portOf(listener)}`, adopted: true })
  })

  it('answers what it does not serve any more, of what it had inherited', async () => {
    const listeners = [await inherit(), await inherit()]
    const { successor, predecessor } = await aSuccessor(listeners)
    const asked = (): unknown => predecessor.ask({ type: 'serving-asked' })
    successor.start(false)
    expect(await asked()).toEqual(['anything'])
    const [first] = [await listen(successor.attach(), ANY), await listen(successor.attach(), ANY)]
    const own = await listen(successor.attach(), ANY)
    await successor.emitted('ready')
    expect(await asked()).toEqual([])

    own.close()
    first.close()
    await once(first, 'close')
    expect(await asked()).toEqual([expect.stringMatching(/^tcp:127\.0\.0\.1:\d+$/)])
  })
})

describe('a successor that cannot take over', () => {
  it('says why, in words that fit within a sentence, and goes on trying', async () => {
    const listener = await inherit()
    const { successor, heard } = await aSuccessor([listener])
    const server = successor.attach()
    server.on('error', () => {})
    server.listen(portOf(listener), '0.0.0.0')
    await once(server, 'error')
    await arrived()
    expect(heard).toEqual([{ type: 'refused', message: expect.stringMatching(/^cannot listen on .* the service$/) }])
    expect([successor.state, successor.unused]).toEqual(['starting', 0])

    await once(server.listen(portOf(listener), '127.0.0.1'), 'listening')
    await successor.emitted('ready')
  })

  it.each<[string, (server: Server) => void, string]>([
    ['is shut down', () => process.emit('SIGTERM', 'SIGTERM'), 'it shuts down'],
    ['has its last server closed', (server) => server.close(), 'its last server was closed'],
  ])('as it %s says that it is leaving, and serves nothing any more', async (_, happens, why) => {
    const { successor, predecessor, heard } = await aSuccessor([await inherit()])
    const server = await listen(successor.attach(), ANY)
    await successor.emitted('ready')
    happens(server)
    await arrived()
    expect(heard.slice(1)).toEqual([{ type: 'leaving', why }])
    expect(await predecessor.ask({ type: 'serving-asked' })).toEqual(['anything'])
  })
})

describe('what comes from the predecessor', () => {
  it.each(['before', 'after'])('keys of TLS sessions, %s the server listens', async (when) => {
    const listener = await inherit()
    const { successor, predecessor } = await aSuccessor([listener])
    const server = successor.attach(createTlsServer(PSK))
    const keys = Buffer.alloc(48, 7)
    const send = async (): Promise<void> => {
      predecessor.send({ type: 'ticket-keys', ticketKeys: [{ listener: listener.fd, keys: keys.toString('base64') }] })
      await arrived()
    }
    if (when === 'before') await send()
    await listen(server, ANY)
    if (when === 'after') await send()
    expect(server.getTicketKeys()).toEqual(keys)
  })

  it('connections, which are served here, and counted when it has gone', async () => {
    const listener = await inherit()
    const { successor, predecessor, dies } = await aSuccessor([listener], { dies: true })
    const server = successor.attach(createHttpServer((_, response) => response.end('from the successor')))
    await listen(server, ANY)
    await successor.emitted('ready')

    const over = await listen(createServer({ pauseOnConnect: true }))
    const accepted = once(over, 'connection')
    const client = await connectTo(over)
    const [socket] = await accepted
    const connection = { id: 1, listener: listener.fd, kind: 'http1' }
    predecessor.send({ type: 'connection', ...connection }, handleOf(socket) as object)
    const passed = { type: 'connections-passed', connections: [{ id: 1, payload: { kind: 'http1' } }] } as const
    expect(await predecessor.ask(passed)).toEqual([1])
    client.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
    expect(String(await once(client, 'data'))).toMatch(/from the successor$/)

    await dies()
    await arrived()
    expect(successor.told.received).toEqual({ connections: 1 })
  })

  it('the commit: in charge, and one more restart where a trigger came meanwhile', async () => {
    const { successor, predecessor, heard, dies } = await aSuccessor([await inherit()], { dies: true })
    await listen(successor.attach(), ANY)
    await successor.emitted('ready')
    expect(successor.lifecycle.status.inCharge).toBe(false)
    predecessor.send({ type: 'commit', restart: true })
    await successor.emitted('committed')
    await arrived()
    expect(successor.told.inCharge).toEqual({ how: 'commit' })
    expect(heard.slice(1)).toEqual([{ type: 'restarted', pid: 4711, generation: 3 }])
    await dies()
  })

  it('its end before the commit: in charge, and so it says', async () => {
    const { successor, dies } = await aSuccessor([await inherit()], { dies: true })
    await listen(successor.attach(), ANY)
    await successor.emitted('ready')
    await dies()
    await successor.emitted('inCharge')
    expect(successor.told.inCharge).toEqual({ how: 'predecessor gone' })
    expect(successor.lines).toContain('the predecessor ended before it had handed over; this process serves on.')
    expect(await successor.lifecycle.restart()).toEqual({ pid: 4711, generation: 3 })
  })
})

describe('the unix paths of a predecessor that has gone', () => {
  it('are put back where it has removed them, and their second names are removed', async () => {
    const folder = await tempDir()
    const [path, secondPath] = [join(folder, 'a.sock'), join(folder, 'a.sock.second')]
    const listener = await inherit({ path })
    linkSync(path, secondPath)
    const { successor, predecessor, dies } = await aSuccessor([{ ...listener, secondPath }], { dies: true })
    await listen(successor.attach(), { path })
    await successor.emitted('ready')
    predecessor.send({ type: 'commit', restart: false })
    await successor.emitted('inCharge')
    rmSync(path)
    await dies()
    await arrived()
    expect([existsSync(path), existsSync(secondPath)]).toEqual([true, false])
  })
})
