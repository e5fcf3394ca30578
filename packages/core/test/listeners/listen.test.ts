import { once } from 'node:events'
import { existsSync, statSync, writeFileSync } from 'node:fs'
import { mkdir, readdir } from 'node:fs/promises'
import type { AddressInfo, ListenOptions, Server } from 'node:net'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { tempDir } from '../../../../test/support/index.ts'
import type { ListenTarget } from '../../src/listeners/listen-target.ts'
import { AcceptGate } from '../../src/listeners/accept-gate.ts'
import type { InheritedListener } from '../../src/listeners/inherited.ts'
import { InheritedListeners } from '../../src/listeners/inherited.ts'
import { patchListen } from '../../src/listeners/listen.ts'
import type { SharedPort } from '../../src/listeners/shared-port.ts'
import { PortZeroOrder } from '../../src/listeners/port-zero-order.ts'
import { connectTo, endWithTest, freePort, listen } from '../support/servers.ts'

interface Seen {
  asked: ListenTarget | undefined
  adopted: InheritedListener | undefined
}

/** A server whose `listen()` is taken over, and what is told of it. */
function takenOver(
  inherited: readonly InheritedListener[] = [],
  shared?: SharedPort,
): {
  server: Server
  seen: Seen[]
  thrown: unknown[]
  waiting: InheritedListeners
} {
  const server = createServer()
  const seen: Seen[] = []
  const thrown: unknown[] = []
  const waiting = new InheritedListeners(inherited)
  const portZeroOrder = new PortZeroOrder()
  endWithTest(server)
  patchListen(server, {
    before() {},
    threw: (error) => void thrown.push(error),
    inherited: () => waiting,
    gate: new AcceptGate(() => true),
    portZeroIndex: (asked) => portZeroOrder.next(asked),
    bindsItself: () => true,
    sharedPort: () => shared,
    pretends() {},
    asks: (asked, adopted) => void seen.push({ asked, adopted }),
  })
  return { server, seen, thrown, waiting }
}

const call = (server: Server, ...args: unknown[]): unknown => Reflect.apply(server.listen, server, args)

/** What Node refuses, with an error of its own. */
const refused: Record<string, unknown[]> = {
  "('')": [''],
  "('  ')": ['  '],
  '(-1)': [-1],
  '(80.5)': [80.5],
  '(65536)': [65536],
  "('65536')": ['65536'],
  '(NaN)': [Number.NaN],
  '(Infinity)': [Infinity],
  '(true)': [true],
  '(false)': [false],
  '({})': [{}],
  '([])': [[]],
  '({ host })': [{ host: '127.0.0.1' }],
  '({ port: -1 })': [{ port: -1 }],
  '({ port: true })': [{ port: true }],
  "({ port: '' })": [{ port: '' }],
  "({ port: 'http' })": [{ port: 'http' }],
  "({ path: '' })": [{ path: '' }],
  "({ path: '8080' }), which is a port": [{ path: '8080' }],
  "({ path: ' ' })": [{ path: ' ' }],
  '({ path: 8080 })': [{ path: 8080 }],
  '({ path: undefined })': [{ path: undefined }],
  '({ fd: -1 })': [{ fd: -1 }],
  "({ fd: '3' })": [{ fd: '3' }],
}

/** What `listen()` threw. */
function thrownBy(server: Server, args: unknown[]): Error {
  try {
    call(server, ...args)
  } catch (error) {
    return error as Error
  }
  throw new Error('listen() did not throw')
}

describe('a listen() that is taken over', () => {
  it('returns the server, calls back once with the server as this, and says that it listens', async () => {
    const { server, seen } = takenOver()
    const said: unknown[] = []
    function callback(this: unknown, ...args: unknown[]): void {
      said.push(this, args)
    }
    expect(call(server, 0, '127.0.0.1', callback)).toBe(server)
    await once(server, 'listening')
    expect(said).toEqual([server, []])
    expect(seen).toEqual([{ asked: { kind: 'tcp', host: '127.0.0.1', port: 0, ipv6Only: false }, adopted: undefined }])
    await connectTo(server)
  })

  it.each(Object.entries(refused))('refuses %s with Node’s own error', (_, args) => {
    const bare = thrownBy(createServer(), args)
    const { server, thrown } = takenOver()
    const ours = thrownBy(server, args)
    expect(ours).toMatchObject({ name: bare.name, message: bare.message, code: (bare as NodeJS.ErrnoException).code })
    expect(thrown).toEqual([ours])
    expect(server.listening).toBe(false)
  })

  it.each<[string, ListenOptions]>([
    ['a host that does not exist', { port: 0, host: 'no-such-host.invalid' }],
    ['an address that is not of this machine', { port: 0, host: '192.0.2.1' }],
    ['a path in a folder that does not exist', { path: '/nonexistent/a.sock' }],
  ])('fails with Node’s own error on %s', async (_, options) => {
    const [bare] = await once(createServer().listen(options), 'error')
    const { server } = takenOver()
    const [ours] = await once(call(server, options) as Server, 'error')
    expect(ours).toMatchObject({ code: bare.code, syscall: bare.syscall })
    expect(server.listening).toBe(false)
  })

  it('fails with Node’s own error on a port in use', async () => {
    const other = await listen(createServer())
    const { port } = other.address() as AddressInfo
    const [bare] = await once(createServer().listen(port, '127.0.0.1'), 'error')
    const { server } = takenOver()
    const [ours] = await once(call(server, port, '127.0.0.1') as Server, 'error')
    expect({ ...ours, message: ours.message }).toEqual({ ...bare, message: bare.message })
  })

  it('can try again after a failure, with another port', async () => {
    const other = await listen(createServer())
    const { port } = other.address() as AddressInfo
    const { server } = takenOver()
    await once(call(server, port, '127.0.0.1') as Server, 'error')
    call(server, 0, '127.0.0.1')
    await once(server, 'listening')
  })

  it('refuses to listen twice with Node’s own error', async () => {
    const bare = createServer()
    endWithTest(bare)
    const { server } = takenOver()
    call(bare, 0)
    call(server, 0)
    const { message, name } = thrownBy(bare, [0])
    expect(thrownBy(server, [0])).toMatchObject({ code: 'ERR_SERVER_ALREADY_LISTEN', message, name })
    await once(server, 'listening')
    expect(thrownBy(server, [0])).toMatchObject({ code: 'ERR_SERVER_ALREADY_LISTEN' })
  })

  it('listens again after it was closed', async () => {
    const { server, seen } = takenOver()
    for (let round = 1; round <= 2; round += 1) {
      call(server, 0, '127.0.0.1')
      await once(server, 'listening')
      server.close()
      await once(server, 'close')
    }
    expect(seen).toHaveLength(2)
  })

  it.each(['tcp', 'unix'])('ends with an AbortSignal, as Node’s does (%s)', async (kind) => {
    const { server } = takenOver()
    const abort = new AbortController()
    const where = kind === 'tcp' ? { port: 0, host: '127.0.0.1' } : { path: join(await tempDir(), 'a.sock') }
    call(server, { ...where, signal: abort.signal })
    await once(server, 'listening')
    abort.abort()
    await once(server, 'close')
  })

  it('throws what its hook throws, and binds nothing', () => {
    const server = createServer()
    patchListen(server, {
      before() {
        throw new Error('no pid file')
      },
      threw() {},
      inherited: () => new InheritedListeners([]),
      gate: new AcceptGate(() => true),
      portZeroIndex: () => undefined,
      bindsItself: () => true,
      sharedPort: () => undefined,
      pretends() {},
      asks() {},
    })
    expect(() => server.listen(0)).toThrow('no pid file')
    expect(server.listening).toBe(false)
    expect(server.listenerCount('listening')).toBe(0)
  })
})

describe('on a port that several processes of a service share', () => {
  const first: SharedPort = { options: { backlog: 10 }, first: true }

  it.each([[[]], [['127.0.0.1']], [['localhost']]])('is bound where nobody else listens: %j', async (host) => {
    const port = await freePort()
    const { server } = takenOver([], first)
    call(server, port, ...host)
    if (host.length === 0) expect(server.address()).toMatchObject({ port })
    await once(server, 'listening')
    expect(server.address()).toMatchObject({ port })
  })

  it.each([[[]], [['127.0.0.1']], [['localhost']]])('fails as ever where somebody else does: %j', async (host) => {
    const other = createServer()
    endWithTest(other)
    await once(other.listen(0, ...host), 'listening')
    const { port } = other.address() as AddressInfo
    const { server } = takenOver([], first)
    call(server, port, ...host)
    await expect(once(server, 'listening')).rejects.toMatchObject({ code: 'EADDRINUSE', port })
  })
})

describe('on a unix path', () => {
  it('is bound aside and put in place, so that the path is there once it listens, and nothing else', async () => {
    const folder = await tempDir()
    const path = join(folder, 'a.sock')
    const { server, seen } = takenOver()
    call(server, path)
    await once(server, 'listening')
    expect(await readdir(folder)).toEqual(['a.sock'])
    expect(seen).toEqual([{ asked: { kind: 'unix', path }, adopted: undefined }])
  })

  it('calls back once, with the server as this', async () => {
    const said: unknown[] = []
    const path = join(await tempDir(), 'a.sock')
    const { server } = takenOver()
    call(server, path, 7, function (this: unknown, ...args: unknown[]) {
      said.push(this === server, args)
    })
    await once(server, 'listening')
    expect(said).toEqual([true, []])
  })

  it('gives the file the mode that was asked for', async () => {
    const folder = await tempDir()
    const modes = async (options: ListenOptions): Promise<[bare: number, ours: number]> => {
      const name = JSON.stringify(options).replaceAll(/\W/g, '')
      const bare = await listen(createServer(), { ...options, path: join(folder, `bare${name}`) })
      const { server } = takenOver()
      call(server, { ...options, path: join(folder, `ours${name}`) })
      if (!server.listening) await once(server, 'listening')
      return [bare.address() as string, join(folder, `ours${name}`)].map((file) => statSync(file).mode) as [
        number,
        number,
      ]
    }
    for (const options of [
      {},
      { readableAll: true },
      { writableAll: true },
      { readableAll: true, writableAll: true },
    ]) {
      const [bare, ours] = await modes(options)
      expect(ours).toBe(bare)
    }
  })

  it('replaces what a process left behind that was killed', async () => {
    const path = join(await tempDir(), 'a.sock')
    const { server: dead } = takenOver()
    call(dead, path)
    await once(dead, 'listening')
    // Its file stays, as its own path was the temporary one.
    dead.close()
    await once(dead, 'close')
    expect(existsSync(path)).toBe(true)
    const { server } = takenOver()
    call(server, path)
    await once(server, 'listening')
    expect(existsSync(path)).toBe(true)
  })

  it('fails where somebody listens, and leaves it alone', async () => {
    const path = join(await tempDir(), 'a.sock')
    const other = await listen(createServer(), { path })
    const [bare] = await once(createServer().listen(path), 'error')
    const { server } = takenOver()
    const [ours] = await once(call(server, path) as Server, 'error')
    expect(ours).toMatchObject({ message: bare.message, code: 'EADDRINUSE', syscall: 'listen', address: path })
    expect(other.listening && existsSync(path)).toBe(true)
  })

  it('fails where there is a file that is no socket, and leaves it alone', async () => {
    const path = join(await tempDir(), 'a.sock')
    writeFileSync(path, 'precious')
    const { server } = takenOver()
    const [ours] = await once(call(server, path) as Server, 'error')
    expect(ours).toMatchObject({ code: 'EADDRINUSE', address: path })
    expect(statSync(path).size).toBe('precious'.length)
  })

  it('takes the longest path that Node takes', async () => {
    const folder = await tempDir()
    const path = join(folder, 'x'.repeat(107 - folder.length - 1))
    expect(Buffer.byteLength(path)).toBe(107)
    const bare = await listen(createServer(), { path })
    bare.close()
    await once(bare, 'close')
    const { server } = takenOver()
    call(server, path)
    await once(server, 'listening')
    expect(await readdir(folder)).toEqual([path.slice(folder.length + 1)])
  })

  it('takes the longest path that Node takes in a long folder', async () => {
    const parent = await tempDir()
    const folder = join(parent, 'x'.repeat(105 - parent.length - 1))
    await mkdir(folder)
    const path = join(folder, 'a')
    expect(Buffer.byteLength(path)).toBe(107)
    const bare = await listen(createServer(), { path })
    bare.close()
    await once(bare, 'close')
    const { server } = takenOver()
    call(server, path)
    await once(server, 'listening')
    expect(await readdir(folder)).toEqual(['a'])
  })

  it('that is abstract is Node’s own business, and leaves no file', async () => {
    const path = `\0zerodown-listen-${process.pid}`
    const { server, seen } = takenOver()
    call(server, path)
    await once(server, 'listening')
    expect(server.address()).toBe(path)
    expect(seen).toEqual([{ asked: { kind: 'unix', path }, adopted: undefined }])
  })
})

describe('where a listener was inherited', () => {
  const inherit = (asked: ListenTarget | undefined, bound: ListenTarget, fd = 900): InheritedListener => ({
    fd,
    asked,
    bound,
    inode: 0,
  })
  const tcp = (host: string, port: number): ListenTarget => ({ kind: 'tcp', host, port, ipv6Only: false })

  /** An fd that is none: to adopt it fails, which is how it shows that nothing else was bound. */
  async function adopts(inherited: InheritedListener[], ...args: unknown[]): Promise<Seen> {
    const { server, seen } = takenOver(inherited)
    call(server, ...args)
    const [error] = await once(server, 'error')
    expect(error).toMatchObject({ syscall: 'listen' })
    return seen[0] ?? { asked: undefined, adopted: undefined }
  }

  it('adopts the one that was asked for in the same words', async () => {
    const port = await freePort()
    const inherited = inherit(tcp('127.0.0.1', port), tcp('127.0.0.1', port))
    expect((await adopts([inherited], port, '127.0.0.1')).adopted).toBe(inherited)
  })

  it('adopts by what a name means', async () => {
    const port = await freePort()
    const inherited = inherit(tcp('127.0.0.1', port), tcp('127.0.0.1', port))
    expect((await adopts([inherited], port, 'localhost')).adopted).toBe(inherited)
  })

  it('keeps any-port listeners apart by their order', async () => {
    const first = inherit(tcp('', 0), tcp('::', 40_001), 901)
    const second = inherit(tcp('', 0), tcp('::', 40_002), 902)
    const inherited = new InheritedListeners([first, second])
    expect(inherited.adopt(tcp('', 0))).toBe(first)
    expect(inherited.adopt(tcp('', 0))).toBe(second)
    expect(inherited.adopt(tcp('', 0))).toBeUndefined()
  })

  it('gives any-port listeners back to those whose turn it is, whoever came and left before', () => {
    const asked = tcp('', 0)
    const second = { ...inherit(asked, tcp('::', 40_001), 901), portZeroIndex: 2 }
    const third = { ...inherit(asked, tcp('::', 40_002), 902), portZeroIndex: 3 }
    const inherited = new InheritedListeners([second, third])
    const portZeroOrder = new PortZeroOrder()
    expect(inherited.adopt(asked, { portZeroIndex: portZeroOrder.next(asked) })).toBeUndefined()
    expect(portZeroOrder.next(tcp('127.0.0.1', 0))).toBe(1)
    expect(portZeroOrder.next(tcp('', 8080))).toBeUndefined()
    expect(inherited.adopt(asked, { portZeroIndex: portZeroOrder.next(asked) })).toBe(second)
    expect(inherited.adopt(asked, { portZeroIndex: portZeroOrder.next(asked) })).toBe(third)
  })

  it('adopts a port that was chosen by the kernel when it is asked for by its number', () => {
    const chosen = inherit(tcp('', 0), tcp('::', 40_001))
    expect(new InheritedListeners([chosen]).adopt(tcp('', 40_001))).toBe(chosen)
  })

  it('prefers the same words over the same meaning', () => {
    const same = inherit(tcp('localhost', 8080), tcp('127.0.0.1', 8080), 901)
    const alike = inherit(tcp('127.0.0.1', 8080), tcp('127.0.0.1', 8080), 902)
    expect(new InheritedListeners([same, alike]).adopt(tcp('127.0.0.1', 8080))).toBe(alike)
  })

  it('adopts a unix path, however it was written', async () => {
    const folder = await tempDir()
    const unix: ListenTarget = { kind: 'unix', path: join(folder, 'a.sock') }
    const inherited = inherit(unix, unix)
    expect((await adopts([inherited], join(folder, '.', 'b', '..', 'a.sock'))).adopted).toBe(inherited)
  })

  it('adopts a descriptor of the predecessor by the number that it had there', async () => {
    const inherited = inherit({ kind: 'fd', fd: 3 }, tcp('127.0.0.1', 40_001))
    expect((await adopts([inherited], { fd: 3 })).adopted).toBe(inherited)
  })

  it('binds anew what nobody left', async () => {
    const { server, seen, waiting } = takenOver([inherit(tcp('127.0.0.1', 40_001), tcp('127.0.0.1', 40_001))])
    call(server, 0, '127.0.0.1')
    await once(server, 'listening')
    expect(seen[0]?.adopted).toBeUndefined()
    expect(waiting.waiting).toHaveLength(1)
  })

  it('knows which one is in the way', () => {
    const held = inherit(tcp('', 8080), tcp('::', 8080))
    const inherited = new InheritedListeners([held])
    expect(inherited.adopt(tcp('127.0.0.1', 8080))).toBeUndefined()
    expect(inherited.inTheWayOf(tcp('127.0.0.1', 8080))).toBe(held)
    expect(inherited.inTheWayOf(tcp('127.0.0.1', 8081))).toBeUndefined()
    expect(inherited.inTheWayOf(tcp('127.0.0.1', 0))).toBeUndefined()
  })
})
