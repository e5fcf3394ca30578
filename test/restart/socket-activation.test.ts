import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { startLoad } from '@zerodown/load'
import type { Target } from '@zerodown/load'
import { describe, expect, it } from 'vitest'
import type { ServerProcess } from '../support/index.ts'
import { freePort, startServer, tempDir } from '../support/index.ts'
import { activatedBy } from './activate.ts'
import { getJson } from './get.ts'

const ONE = activatedBy({ name: 'http' })

/** Restarts under load, as often; each time, every address is answered by the new process. */
async function expectRestarts(server: ServerProcess, restarts: number): Promise<void> {
  const targets = server.latest.listening.map((_, at): Target => server.target(at))
  const loads = targets.map((target) =>
    startLoad({
      target,
      workers: [
        { kind: 'keepAlive', connections: 3, thinkTime: [0, 10] },
        { kind: 'fresh', connections: 2, thinkTime: [0, 10] },
      ],
    }),
  )
  for (let times = 0; times < restarts; times += 1) {
    const before = server.current()
    const { listening, pid } = await server.restart()
    expect(listening).toEqual(server.announcements[0]?.listening)
    await server.waitForExit(before)
    for (const target of targets) expect(await getJson(target)).toMatchObject({ pid })
  }
  for (const load of loads) expect(await load.stop()).toMatchObject({ failed: 0, firstFailures: [] })
}

describe('LISTEN_PID', () => {
  it('names each generation of a program that takes its socket from a service manager', async () => {
    const server = await startServer('socket-activated', ONE)
    await expectRestarts(server, 2)
  })

  it('stays as it is where it names somebody else', async () => {
    const server = await startServer('self', { env: { LISTEN_PID: '1' } })
    await server.restart()
    await server.waitForExit()
    expect(await getJson(server.target(), '/self')).toMatchObject({ generation: 2, env: { LISTEN_PID: '1' } })
  })
})

describe('a socket that a service manager has passed', () => {
  it('is known by its name, in any order, and its path stays at the end', async () => {
    const path = join(await tempDir(), 'admin.sock')
    const server = await startServer('http', {
      ...activatedBy({ name: 'web' }, { name: 'admin.socket', path }),
      address: 'systemd:admin,systemd:web',
    })
    expect(server.latest.listening).toEqual([path, expect.objectContaining({ address: '127.0.0.1' })])
    await server.waitForLog(/generation 1 listens on unix:\S+ \(adopted\)/)
    await expectRestarts(server, 2)
    server.signal('SIGTERM')
    await server.waitForExit(server.current())
    expect(existsSync(path)).toBe(true)
  })

  it('is known by its address', async () => {
    const port = await freePort()
    const server = await startServer('http', {
      ...activatedBy({ name: '', port }),
      address: `127.0.0.1:${port}`,
    })
    await server.waitForLog(/generation 1 listens on tcp:\S+ \(adopted\)/)
    await expectRestarts(server, 1)
  })

  it('is that of a program which knows nothing of it, and asks for another port', async () => {
    const server = await startServer('register/http.mjs', {
      ...ONE,
      nodeArgs: [...(ONE.nodeArgs ?? []), '--import', 'zerodown/register'],
      address: `127.0.0.1:${await freePort()}`,
      env: { ZERODOWN_PROBATION: '0' },
    })
    await server.waitForLog(/generation 1 listens on tcp:\S+ \(adopted\)/)
    await expectRestarts(server, 1)
  })

  it('is not taken by port 0, and a line says that nobody listens there', async () => {
    const server = await startServer('http', ONE)
    await server.waitForLog(/no server of zerodown's listens on tcp:127\.0\.0\.1:\d+, .* as systemd:http/)
    await server.waitForLog(/generation 1 listens on tcp:127\.0\.0\.1:\d+$/)
  })

  it('that was not passed is an error which says which were', async () => {
    const server = await startServer('http', { ...ONE, address: 'systemd:admin', ready: false })
    await server.waitForLog(/cannot listen on systemd:admin: .*; free are systemd:http\./)
    await server.waitForExit()
  })
})
