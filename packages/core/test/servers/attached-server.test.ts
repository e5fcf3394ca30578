import { once } from 'node:events'
import { existsSync } from 'node:fs'
import type { Server } from 'node:net'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { tempDir } from '../../../../test/support/index.ts'
import { AcceptGate } from '../../src/listeners/accept-gate.ts'
import type { InheritedListener } from '../../src/listeners/inherited.ts'
import { InheritedListeners } from '../../src/listeners/inherited.ts'
import { PortZeroOrder } from '../../src/listeners/port-zero-order.ts'
import type { ServerHost } from '../../src/servers/attached-server.ts'
import { AttachedServer } from '../../src/servers/attached-server.ts'
import { inodeOf } from '../../src/node/stat.ts'
import { inherit } from '../support/inherited.ts'
import { acceptedBy, endWithTest, listen, portOf } from '../support/servers.ts'

const ANY = { port: 0, host: '127.0.0.1' }

/** One server, what it has inherited, and what its host is told. */
function attach(passed: readonly InheritedListener[] = [], server: Server = createServer()) {
  const inherited = new InheritedListeners(passed)
  const order = new PortZeroOrder()
  const told: unknown[] = []
  const process = { inCharge: false }
  const host: ServerHost = {
    inherited,
    gate: new AcceptGate(() => true),
    bindsItself: true,
    sharedPort: () => undefined,
    portZeroIndex: (asked) => order.next(asked),
    ownsPath: (adopted) => !adopted || process.inCharge,
    givesBack: (listener) => {
      told.push('gives back')
      inherited.giveBack(listener)
    },
    starts: () => told.push('starts'),
    listens: (_, adopted) => told.push(adopted ? 'adopts' : 'listens'),
    failed: (_, error) => told.push(['failed', (error as NodeJS.ErrnoException).code]),
    closed: () => told.push('closed'),
    cannotReceive: () => told.push('cannot receive'),
  }
  endWithTest(server)
  return { server, attached: new AttachedServer(server, host), told, inherited, process }
}

const close = (server: Server): Promise<unknown> => once(server.close(), 'close')
const portIn = ({ bound }: InheritedListener): number => (bound.kind === 'tcp' ? bound.port : -1)

describe('an attached server', () => {
  it('has a key and a port once it listens, and before that the port that it was told', async () => {
    const { server, attached, told } = attach()
    expect([attached.key, attached.port, attached.inUse]).toEqual(['unknown', undefined, false])
    server.listen(0, '127.0.0.1')
    expect([attached.inUse, attached.listening]).toEqual([true, false])
    await once(server, 'listening')
    const port = portOf(server)
    expect([attached.key, attached.port, told]).toEqual([`tcp:127.0.0.1:${port}`, port, ['starts', 'listens']])
    await close(server)
    expect([attached.port, attached.inUse, told.at(-1)]).toEqual([0, false, 'closed'])
  })

  it('can be inherited: its listener is an open socket, told by what was asked and what is bound', async () => {
    const { server, attached } = attach()
    await listen(server, ANY)
    const { listener } = attached
    expect(listener).toMatchObject({
      asked: { kind: 'tcp', host: '127.0.0.1', port: 0 },
      bound: { kind: 'tcp', host: '127.0.0.1', port: portOf(server) },
      portZeroIndex: 1,
      ephemeral: true,
    })
    expect(inodeOf(listener?.fd ?? -1)).toBe(listener?.inode)
  })

  it('could not listen, until it is told to listen again', async () => {
    const taken = await listen(createServer())
    const { server, attached, told } = attach()
    server.on('error', () => {})
    server.listen(portOf(taken), '127.0.0.1')
    await once(server, 'error')
    expect([attached.failedToListen, attached.inUse]).toEqual([true, false])
    await listen(server, ANY)
    expect(attached.failedToListen).toBe(false)
    expect(told).toEqual(['starts', ['failed', 'EADDRINUSE'], 'starts', 'listens'])
  })

  it('could not listen on what is no address either', () => {
    const { server, attached, told } = attach()
    expect(() => server.listen(-1)).toThrow(RangeError)
    expect([attached.failedToListen, told]).toEqual([true, ['starts', ['failed', 'ERR_SOCKET_BAD_PORT']]])
  })
})

describe('any port', () => {
  it('is nobody’s until somebody connects to it', async () => {
    const { server, attached } = attach()
    await listen(server, ANY)
    expect(attached.ephemeral).toBe(true)
    await acceptedBy(server)
    expect(attached.ephemeral).toBe(false)
  })

  it.each([
    [true, true],
    [undefined, false],
  ])('that was inherited stays what it was (ephemeral: %s)', async (ephemeral, still) => {
    const { server, attached } = attach([{ ...(await inherit()), ephemeral }])
    await listen(server, ANY)
    expect([attached.adopted, attached.ephemeral]).toEqual([true, still])
  })

  it('is not what a server wants that asks for its own', async () => {
    const listener = await inherit()
    const { server, attached } = attach([listener])
    await listen(server, { port: portIn(listener), host: '127.0.0.1' })
    expect([attached.adopted, attached.ephemeral]).toEqual([true, false])
  })
})

describe('an inherited listener', () => {
  it('that was adopted and closed before the commit can be adopted once more, by a spare descriptor', async () => {
    const listener = await inherit()
    const { server, attached, inherited, told } = attach([listener])
    await listen(server, ANY)
    expect([attached.inheritedAs, inherited.waiting]).toEqual([listener.fd, []])
    await close(server)
    expect([attached.inheritedAs, inherited.waiting]).toEqual([undefined, [listener]])

    await listen(server, ANY)
    expect([portOf(server), attached.inheritedAs]).toEqual([portIn(listener), listener.fd])
    expect(told).toEqual(['starts', 'adopts', 'gives back', 'closed', 'starts', 'adopts'])
  })

  it('is not given back when it was given up to the next successor', async () => {
    const listener = await inherit()
    const { server, attached, inherited } = attach([listener])
    await listen(server, ANY)
    attached.giveUp()
    await close(server)
    expect([attached.inheritedAs, inherited.waiting]).toEqual([listener.fd, []])
  })
})

describe('a server that asks for a port which an inherited listener holds on another address', () => {
  it('seems to listen for one turn, as tools look for a free port, and listens nowhere', async () => {
    const listener = await inherit()
    const { server, attached, told } = attach([listener])
    server.on('error', () => {})
    server.listen(portIn(listener), '0.0.0.0')
    await once(server, 'listening')
    expect([server.listening, attached.listening, portOf(server)]).toEqual([true, false, portIn(listener)])
    const [error] = await once(server, 'error')
    expect(error).toMatchObject({ code: 'EADDRINUSE', port: portIn(listener) })
    expect([told, attached.failedToListen]).toEqual([['starts', ['failed', 'ERR_ZERODOWN_ADDRESS_HELD']], true])
  })

  it('and closes at once, as such tools do, is closed like any other', async () => {
    const listener = await inherit()
    const { server, told } = attach([listener])
    server.listen(portIn(listener), '0.0.0.0')
    await once(server, 'listening')
    await close(server)
    expect(told).toEqual(['starts', 'closed'])
  })
})

describe('a unix path', () => {
  it('is the address of its server, and is removed when that is closed', async () => {
    const path = join(await tempDir(), 'a.sock')
    const { server, attached } = attach()
    await listen(server, { path })
    expect([server.address(), attached.key, existsSync(path)]).toEqual([path, `unix:${path}`, true])
    await close(server)
    expect([server.address(), existsSync(path)]).toEqual([null, false])
  })

  it.each([
    [false, true],
    [true, false],
  ])('that was inherited is removed by a process in charge only (in charge: %s)', async (inCharge, stays) => {
    const path = join(await tempDir(), 'a.sock')
    const { server, process } = attach([await inherit({ path })])
    await listen(server, { path })
    process.inCharge = inCharge
    await close(server)
    expect(existsSync(path)).toBe(stays)
  })

  it('that was given up is the successor’s', async () => {
    const path = join(await tempDir(), 'a.sock')
    const { server, attached } = attach()
    await listen(server, { path })
    attached.giveUp()
    await close(server)
    expect(existsSync(path)).toBe(true)
  })
})
