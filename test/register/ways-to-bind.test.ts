import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { startLoad } from '@zerodown/load'
import { expect, it } from 'vitest'
import { getJson } from '../restart/get.ts'
import { settled } from '../restart/settle.ts'
import { freePort, tempDir, until } from '../support/index.ts'
import { startRegistered } from './start.ts'

const NODE = process.env['ZERODOWN_TEST_NODE'] ?? process.execPath
const bounds = spawnSync(NODE, ['-p', 'typeof net.BoundSocket'], { encoding: 'utf8' }).stdout.trim() === 'function'
const NOBODY = 65_534

it('a new release that opens its unix path to everybody: the path is open when it is in charge, not before', async () => {
  const path = join(await tempDir(), 'socket')
  const mode = (): number => statSync(path).mode & 0o666
  const server = await startRegistered('register/open-path.cjs', {
    env: { ADDRESS: `${path}`, ZERODOWN_PROBATION: '300' },
  })
  chmodSync(path, 0o600)
  writeFileSync(`${path}.all`, '')
  const { pid } = await server.restart()
  expect(mode()).toBe(0o600)
  await until(() => mode() === 0o666, 'the permissions')
  await settled(server)
  expect(await getJson({ socketPath: path })).toEqual({ pid })
})

it.runIf(bounds)('a server on a net.BoundSocket: the successor adopts the listener, and loses nothing', async () => {
  const server = await startRegistered('register/bound-socket.cjs', { env: { PORT: String(await freePort()) } })
  const load = startLoad({
    target: server.target(),
    workers: [{ kind: 'fresh', connections: 2 }, { kind: 'keepAlive' }],
  })
  for (let restarts = 0; restarts < 2; restarts += 1) {
    const { pid } = await server.restart()
    await load.waitFor(({ generations }) => (generations[pid] ?? 0) > 10)
  }
  await settled(server)
  expect(await load.stop()).toMatchObject({ failed: 0, reopened: 0, firstFailures: [] })
  expect(server.output.lines.filter((line) => line.includes('(adopted)'))).toHaveLength(2)
})

/** As nobody must be able to run it. */
const asRoot = process.getuid?.() === 0

it.runIf(asRoot)(
  'a server that has given up its privileges keeps its port, and its pid file where it may write it',
  async () => {
    const folder = await tempDir()
    chmodSync(folder, 0o755)
    const [pidFile, path] = [join(folder, 'app.pid'), join(folder, 'socket')]
    const port = await privilegedPort()
    const server = await startRegistered('register/drops-privileges.cjs', {
      address: `127.0.0.1:${port},unix:${path}`,
      env: { ZERODOWN_PID_FILE: pidFile },
    })

    server.signal('SIGUSR2')
    await server.waitForLog(/^ZerodownError: pidFile: cannot write .*EACCES/)
    await server.waitForLog(/error: the restart failed: .*exited with code 1 before it was ready/)
    expect(await getJson(server.target())).toEqual({ pid: server.pid })

    chownSync(folder, NOBODY, NOBODY)
    const { pid } = await server.restart()
    await settled(server)
    expect(statSync(`/proc/${pid}`).uid).toBe(NOBODY)
    expect(Number(readFileSync(pidFile, 'utf8'))).toBe(pid)
    for (const target of [server.target(0), server.target(1)]) expect(await getJson(target)).toEqual({ pid })

    chownSync(folder, 0, 0)
    server.signal('SIGTERM', pid)
    await server.waitForLog(new RegExp(`"exit":0,"pid":${pid}`))
    // Whoever starts the service again replaces them.
    expect({ pidFile: existsSync(pidFile), path: existsSync(path) }).toEqual({ pidFile: true, path: true })
  },
)

/** One that only root may bind; the kernel gives out none of these. */
async function privilegedPort(): Promise<number> {
  for (let port = 600; port < 1024; port += 1) {
    const server = createServer()
    const free = await new Promise<boolean>((answer) => {
      server.once('error', () => answer(false))
      server.listen(port, '127.0.0.1', () => server.close(() => answer(true)))
    })
    if (free) return port
  }
  throw new Error('there is no privileged port left')
}
