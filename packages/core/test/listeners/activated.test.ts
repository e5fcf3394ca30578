import { once } from 'node:events'
import { open } from 'node:fs/promises'
import type { AddressInfo, ListenOptions, Server } from 'node:net'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { tempDir } from '../../../../test/support/index.ts'
import type { InheritedListener } from '../../src/listeners/inherited.ts'
import { InheritedListeners } from '../../src/listeners/inherited.ts'
import type { ListenTarget } from '../../src/listeners/listen-target.ts'
import { readListenCall } from '../../src/listeners/listen-target.ts'
import { notPassed } from '../../src/listeners/not-passed.ts'
import { handleOf, listeningFd } from '../../src/node/internals/handles.ts'
import { inodeOf } from '../../src/node/stat.ts'
import { inherit } from '../support/inherited.ts'
import { NODE, programIn, runNode } from '../support/programs.ts'
import { connectTo, endWithTest } from '../support/servers.ts'

async function bind(options: ListenOptions): Promise<Server> {
  const server = createServer()
  endWithTest(server)
  server.listen(options)
  await once(server, 'listening')
  return server
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port

/** What a program reads that is given these descriptors as a service manager does it. */
async function readBy(fds: readonly number[], { names = '', pid = '$$', count = fds.length } = {}): Promise<unknown> {
  const program = await programIn(
    await tempDir(),
    `import { activatedListeners } from '#dist/listeners/activated.js'
    console.log(JSON.stringify(activatedListeners(process.env)))`,
  )
  const script = `LISTEN_PID=${pid} LISTEN_FDS=${count} LISTEN_FDNAMES='${names}' exec "$0" "$@"`
  return runNode(['-c', script, NODE, program], { node: 'sh', stdio: ['ignore', 'pipe', 'pipe', ...fds] })
}

const fdOf = (server: Server): number => listeningFd(server) as number

describe('the sockets that a service manager has passed', () => {
  it('have their addresses and their names', async () => {
    const path = join(await tempDir(), 'with space.sock')
    const abstract = `\0zerodown-${process.pid}`
    const servers = [
      await bind({ port: 0, host: '127.0.0.1' }),
      await bind({ port: 0, host: '::1' }),
      await bind({ port: 0, host: '::' }),
      await bind({ path }),
      await bind({ path: abstract }),
    ]
    const [v4, v6, all] = servers as [Server, Server, Server]
    // Some versions of Node fill up the name.
    const startingWith = (name: string): unknown => expect.stringMatching(new RegExp(`^${name}@*$`))
    const tcp = (host: string, server: Server): ListenTarget => ({
      kind: 'tcp',
      host,
      port: portOf(server),
      ipv6Only: false,
    })
    const inodes = servers.map((server) => inodeOf(fdOf(server)))
    expect(await readBy(servers.map(fdOf), { names: 'a:b:c:d' })).toEqual([
      { fd: 3, inode: inodes[0], activatedAs: 'a', bound: tcp('127.0.0.1', v4) },
      { fd: 4, inode: inodes[1], activatedAs: 'b', bound: tcp('::1', v6) },
      { fd: 5, inode: inodes[2], activatedAs: 'c', bound: tcp('::', all) },
      { fd: 6, inode: inodes[3], activatedAs: 'd', bound: { kind: 'unix', path } },
      { fd: 7, inode: inodes[4], activatedAs: '', bound: { kind: 'unix', path: startingWith(abstract) } },
    ])
  })

  it('are none where they are for another process, or there are none', async () => {
    const fds = [fdOf(await bind({ port: 0, host: '127.0.0.1' }))]
    expect(await readBy(fds, { pid: '1' })).toEqual([])
    expect(await readBy([])).toEqual([])
  })

  it('are only those that accept connections', async () => {
    const socket = await connectTo(await bind({ port: 0, host: '127.0.0.1' }))
    const { fd } = handleOf(socket) as { fd: number }
    const file = await open(await tempDir())
    const listening = fdOf(await bind({ port: 0, host: '127.0.0.1' }))
    // The last one is not open at all.
    expect(await readBy([fd, file.fd, listening], { count: 4 })).toMatchObject([{ fd: 5 }])
    await file.close()
    socket.destroy()
  })
})

describe('a socket that a service manager has passed is adopted', () => {
  const passed = async (activatedAs: string): Promise<InheritedListener> => ({
    ...(await inherit()),
    asked: undefined,
    spares: [],
    activatedAs,
  })
  const asked = (...args: unknown[]): ListenTarget => readListenCall(args).asked as ListenTarget

  it('by its name, or by that of its unit; by no name where there is only one', async () => {
    const [http, admin] = [await passed('http'), await passed('admin.socket')]
    const inherited = new InheritedListeners([http, admin])
    expect(inherited.adopt(asked('systemd:metrics'))).toBeUndefined()
    expect(inherited.adopt(asked('systemd:'))).toBeUndefined()
    expect(inherited.adopt(asked('systemd:admin'))).toBe(admin)
    expect(inherited.adopt(asked('systemd:admin'))).toBeUndefined()
    expect(inherited.adopt(asked({ path: 'systemd:' }))).toBe(http)
  })

  it('by its address', async () => {
    const [one, other] = [await passed('one'), await passed('other')]
    const inherited = new InheritedListeners([one, other])
    const { host, port } = other.bound as { host: string; port: number }
    expect(inherited.adopt(asked(port, host))).toBe(other)
  })

  it('by its descriptor', async () => {
    const [one, other] = [await passed('one'), await passed('other')]
    const inherited = new InheritedListeners([one, other])
    expect(inherited.adopt(asked({ fd: other.fd }))).toBe(other)
    expect(inherited.adopt(asked({ fd: 999_999 }))).toBeUndefined()
  })

  it('in the words of the predecessor first', async () => {
    const one = await passed('http')
    const other = { ...(await passed('http')), asked: asked('systemd:http') }
    expect(new InheritedListeners([one, other]).adopt(asked('systemd:http'))).toBe(other)
  })

  it('by any port where that was asked for, if it is the only one left; not by port 0, nor by a path', async () => {
    const [one, other] = [await passed('one'), await passed('other')]
    const inherited = new InheritedListeners([one, other])
    expect(inherited.adopt(asked(8080))).toBeUndefined()
    inherited.takeTheOneLeft()
    expect(inherited.adopt(asked(8080))).toBeUndefined()
    expect(inherited.adopt(asked('systemd:one'))).toBe(one)
    expect(inherited.adopt(asked(0))).toBeUndefined()
    expect(inherited.adopt(asked('/run/a.sock'))).toBeUndefined()
    expect(inherited.adopt(asked(8080))).toBe(other)
  })

  it('or else stays as it is, and nobody waits for it', async () => {
    const one = await passed('one')
    const inherited = new InheritedListeners([one])
    expect([inherited.wanted, inherited.unused]).toEqual([[], [one]])
    expect(inherited.drop()).toEqual([])
    expect(inodeOf(one.fd)).toBe(one.inode)
    expect(inherited.adopt(one.bound)).toBe(one)
  })

  it('and if not, the error says which there are', async () => {
    const message = (waiting: InheritedListener[]): string =>
      notPassed(asked('systemd:http'), new InheritedListeners(waiting)).message
    expect(message([])).toMatch(/^cannot listen on systemd:http: .* none was passed that is still free\./)
    expect(message([await passed('web'), await inherit()])).toMatch(/; free are systemd:web\./)
  })
})
