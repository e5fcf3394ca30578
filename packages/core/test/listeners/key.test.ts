import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { tempDir } from '../../../../test/support/index.ts'
import type { ListenTarget } from '../../src/listeners/listen-target.ts'
import { boundTo, keyOf, meansTheSame } from '../../src/listeners/key.ts'
import { listen } from '../support/servers.ts'

const tcp = (host: string, port = 8080, ipv6Only = false): ListenTarget => ({ kind: 'tcp', host, port, ipv6Only })
const unix = (path: string): ListenTarget => ({ kind: 'unix', path })

describe('a listener’s name', () => {
  it.each<[ListenTarget, string]>([
    [tcp(''), 'tcp::8080'],
    [tcp('127.0.0.1'), 'tcp:127.0.0.1:8080'],
    [tcp('localhost', 0), 'tcp:localhost:0'],
    [tcp('::1'), 'tcp:[::1]:8080'],
    [tcp('::', 8080, true), 'tcp:[::]:8080 (IPv6 only)'],
    [unix('/run/server.sock'), 'unix:/run/server.sock'],
    [unix('\0server'), 'unix:@server'],
    [{ kind: 'fd', fd: 3 }, 'fd:3'],
  ])('%j is %s', (asked, key) => expect(keyOf(asked)).toBe(key))
})

describe('what a listener is bound to, by what its server says', () => {
  it('is its address and its real port', async () => {
    const server = await listen(createServer(), { host: '127.0.0.1', port: 0 })
    const { port } = server.address() as { port: number }
    expect(port).toBeGreaterThan(0)
    expect(boundTo(server.address(), tcp('localhost', 0))).toEqual(tcp('127.0.0.1', port))
    expect(boundTo(server.address(), undefined)).toEqual(tcp('127.0.0.1', port))
  })

  it('keeps that it does without IPv4, which an address does not tell', async () => {
    const server = await listen(createServer(), { host: '::1', port: 0, ipv6Only: true })
    const { port } = server.address() as { port: number }
    expect(boundTo(server.address(), tcp('::1', 0, true))).toEqual(tcp('::1', port, true))
  })

  it('is its path', async () => {
    const path = join(await tempDir(), 'a.sock')
    const server = await listen(createServer(), { path })
    expect(boundTo(server.address(), undefined)).toEqual(unix(path))
  })

  it('is what was asked for where the server does not know', () => {
    expect(boundTo(null, unix('/a'))).toEqual(unix('/a'))
    expect(boundTo(null, undefined)).toBeUndefined()
  })
})

describe('somebody who asks for', () => {
  it.each<[ListenTarget, string, ListenTarget]>([
    [tcp('127.0.0.1'), '127.0.0.1', tcp('127.0.0.1')],
    [tcp('localhost'), '127.0.0.1', tcp('127.0.0.1')],
    [tcp('localhost'), '::1', tcp('::1')],
    [tcp(''), '::', tcp('::')],
    [tcp('0:0:0:0:0:0:0:1'), '0:0:0:0:0:0:0:1', tcp('::1')],
    [tcp('::FFFF:7F00:1'), '::FFFF:7F00:1', tcp('::ffff:127.0.0.1')],
    [tcp('fe80::1%lo'), 'fe80::1%lo', tcp('fe80::1%lo')],
    [tcp('::', 8080, true), '::', tcp('::', 8080, true)],
    [unix('/a'), '', unix('/a')],
    [unix('\0a'), '', unix('\0a')],
    [{ kind: 'fd', fd: 3 }, '', { kind: 'fd', fd: 3 }],
  ])('%j, which is %s, means %j', (asked, host, bound) => expect(meansTheSame(asked, host, bound)).toBe(true))

  it.each<[ListenTarget, string, ListenTarget]>([
    [tcp('127.0.0.1'), '127.0.0.1', tcp('::')],
    [tcp('0.0.0.0'), '0.0.0.0', tcp('::')],
    [tcp('0.0.0.0'), '0.0.0.0', tcp('127.0.0.1')],
    [tcp('localhost'), '127.0.0.1', tcp('::1')],
    [tcp('127.0.0.1', 8080), '127.0.0.1', tcp('127.0.0.1', 8081)],
    // Any port means another one each time.
    [tcp('127.0.0.1', 0), '127.0.0.1', tcp('127.0.0.1', 0)],
    [tcp('::', 8080, true), '::', tcp('::', 8080, false)],
    [tcp('::', 8080, false), '::', tcp('::', 8080, true)],
    [tcp('fe80::1%eth0'), 'fe80::1%eth0', tcp('fe80::1%eth1')],
    [unix('/a'), '', unix('/b')],
    [tcp('', 3), '::', { kind: 'fd', fd: 3 }],
    [unix('/a'), '', tcp('')],
  ])('%j, which is %s, does not mean %j', (asked, host, bound) => {
    expect(meansTheSame(asked, host, bound)).toBe(false)
  })
})
