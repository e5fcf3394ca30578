import { once } from 'node:events'
import { lookup } from 'node:dns/promises'
import { join } from 'node:path'
import type { AddressInfo, Server } from 'node:net'
import { createServer } from 'node:net'
import { chdir, cwd } from 'node:process'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { tempDir } from '../../../../test/support/index.ts'
import { readListenCall } from '../../src/listeners/listen-target.ts'
import { boundTo, meansTheSame } from '../../src/listeners/key.ts'
import { endWithTest, freePort } from '../support/servers.ts'

/** Every form that https://nodejs.org/api/net.html#serverlisten knows, and those that Node takes besides. */
const tcpForms: Record<string, (port: number, callback: () => void) => unknown[]> = {
  '()': () => [],
  '(callback)': (_, callback) => [callback],
  '(undefined)': () => [undefined],
  '(undefined, callback)': (_, callback) => [undefined, callback],
  '(null)': () => [null],
  '(null, callback)': (_, callback) => [null, callback],
  '(0)': () => [0],
  "('0')": () => ['0'],
  '(port)': (port) => [port],
  '(port, callback)': (port, callback) => [port, callback],
  "('port')": (port) => [String(port)],
  "(' port ')": (port) => [` ${port} `],
  "('0xport')": (port) => [`0x${port.toString(16)}`],
  '(port, undefined)': (port) => [port, undefined],
  '(port, null, callback)': (port, callback) => [port, null, callback],
  "(port, '', callback)": (port, callback) => [port, '', callback],
  '(port, backlog)': (port) => [port, 7],
  '(port, backlog, callback)': (port, callback) => [port, 7, callback],
  '(port, host)': (port) => [port, '127.0.0.1'],
  '(port, host, callback)': (port, callback) => [port, '127.0.0.1', callback],
  '(port, host, backlog, callback)': (port, callback) => [port, '127.0.0.1', 7, callback],
  "(port, host, 'backlog')": (port) => [port, '127.0.0.1', '7'],
  '(port, host, undefined, callback)': (port, callback) => [port, '127.0.0.1', undefined, callback],
  '(port, undefined, backlog)': (port) => [port, undefined, 7],
  '(port, null, backlog)': (port) => [port, null, 7],
  '(port, name of a host)': (port) => [port, 'localhost'],
  '(port, 0.0.0.0)': (port) => [port, '0.0.0.0'],
  '(port, ::)': (port) => [port, '::'],
  '(port, ::1)': (port) => [port, '::1'],
  '({ port })': (port) => [{ port }],
  "({ port: '…' })": (port) => [{ port: String(port) }],
  '({ port }, callback)': (port, callback) => [{ port }, callback],
  '({ port: undefined })': () => [{ port: undefined }],
  '({ port: null })': () => [{ port: null }],
  '({ port, host })': (port) => [{ port, host: '127.0.0.1' }],
  "({ port, host: '' })": (port) => [{ port, host: '' }],
  '({ port, backlog })': (port) => [{ port, backlog: 7 }],
  '({ port, backlog }, another)': (port) => [{ port, backlog: 7 }, 8],
  '({ port, backlog: 0 }, another)': (port) => [{ port, backlog: 0 }, 8],
  '({ port }, backlog)': (port) => [{ port }, 7],
  '({ port, exclusive })': (port) => [{ port, exclusive: true }],
  '({ port, host: ::, ipv6Only })': (port) => [{ port, host: '::', ipv6Only: true }],
  '({ port, path }), where the port counts': (port) => [{ port, path: '/nowhere' }],
}

const unixForms: Record<string, (path: string, callback: () => void) => unknown[]> = {
  '(path)': (path) => [path],
  '(path, callback)': (path, callback) => [path, callback],
  '(path, backlog, callback)': (path, callback) => [path, 7, callback],
  '({ path })': (path) => [{ path }],
  '({ path, backlog }, callback)': (path, callback) => [{ path, backlog: 7 }, callback],
  '({ path, readableAll })': (path) => [{ path, readableAll: true }],
  '(relative path)': () => ['relative.sock'],
  '({ path: relative })': () => [{ path: './relative.sock' }],
  '(abstract)': () => [`\0zerodown-asked-${process.pid}`],
}

/** Listens as Node does by itself; what it bound, and the queue's length as it went to the kernel. */
async function listenBare(args: unknown[]): Promise<{ server: Server; backlog: unknown }> {
  const server = createServer()
  endWithTest(server)
  let backlog: unknown
  // The one place where it can be seen: the kernel does not tell it.
  const internal = server as unknown as { _listen2(...args: unknown[]): void }
  const bind = internal._listen2
  internal._listen2 = function (...bound) {
    backlog = bound[3]
    Reflect.apply(bind, this, bound)
  }
  Reflect.apply(server.listen, server, args)
  await once(server, 'listening')
  return { server, backlog }
}

describe('server.listen() is read as Node reads it', () => {
  it.each(Object.entries(tcpForms))('%s', async (_, form) => {
    let called = 0
    const callback = (): void => void (called += 1)
    const args = form(await freePort(), callback)
    const { asked, options, backlog, callback: found } = readListenCall(args)
    if (asked?.kind !== 'tcp') throw new Error(`it was not read as TCP: ${JSON.stringify(asked)}`)

    const { server, backlog: given } = await listenBare(args)

    const bound = server.address() as AddressInfo
    if (asked.port !== 0) expect(asked.port).toBe(bound.port)
    else expect(args[0] ?? 0).not.toBe(bound.port)
    const host = asked.host === '' ? '::' : (await lookup(asked.host)).address
    expect(bound.address).toBe(host)
    expect(meansTheSame({ ...asked, port: bound.port }, host, boundTo(bound, asked) ?? asked)).toBe(true)
    expect(asked.ipv6Only).toBe(options.ipv6Only === true)
    expect(backlog || undefined).toBe(given || undefined)
    expect(found).toBe(called === 1 ? callback : undefined)
  })

  describe('on a path', () => {
    const before = cwd()
    beforeEach(async () => chdir(await tempDir()))
    afterEach(() => chdir(before))

    it.each(Object.entries(unixForms))('%s', async (_, form) => {
      let called = 0
      const callback = (): void => void (called += 1)
      const args = form(join(cwd(), 'a.sock'), callback)
      const { asked, backlog, callback: found } = readListenCall(args)
      if (asked?.kind !== 'unix') throw new Error(`it was not read as a path: ${JSON.stringify(asked)}`)

      const { server, backlog: given } = await listenBare(args)

      const bound = server.address() as string
      expect(asked.path).toBe(bound.startsWith('\0') ? bound : join(cwd(), bound.replace(`${cwd()}/`, '')))
      expect(backlog || undefined).toBe(given || undefined)
      expect(found).toBe(called === 1 ? callback : undefined)
    })
  })

  it('on a descriptor', async () => {
    const { server } = await listenBare([0, '127.0.0.1'])
    const { fd } = (server as unknown as { _handle: { fd: number } })._handle
    expect(readListenCall([{ fd }]).asked).toEqual({ kind: 'fd', fd })
    expect(readListenCall([{ fd, port: 80 }, 7])).toMatchObject({ asked: { kind: 'fd', fd }, backlog: 7 })
  })

  it('on a handle, which no other process could name', async () => {
    const { server } = await listenBare([0, '127.0.0.1'])
    expect(readListenCall([server]).asked).toBeUndefined()
    expect(readListenCall([{ handle: server }]).asked).toBeUndefined()
  })
})
