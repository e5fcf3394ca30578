import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startLoad } from '@zerodown/load'
import { describe, expect, it } from 'vitest'
import type { ServerProcess } from '../support/index.ts'
import { startServer, until } from '../support/index.ts'
import { EXAMPLES } from './examples.ts'

/** As its README says. */
const start = (example: string, program: string, nodeArgs: readonly string[]): Promise<ServerProcess> => {
  const folder = fileURLToPath(new URL(`../../examples/${example}`, import.meta.url))
  return startServer(join(folder, program), { cwd: folder, nodeArgs: [...nodeArgs], env: { PORT: '0' } })
}

describe.each(EXAMPLES)('examples/$example', (given) => {
  const { example, program = 'server.js', nodeArgs = [], knows = { generation: 1 } } = given

  it('serves what its README says', async () => {
    const server = await start(example, program, nodeArgs)
    const at = `http://127.0.0.1:${server.port}`
    const own = { pid: server.pid, ...knows }

    expect(await (await fetch(at)).json()).toEqual(own)
    expect(await (await fetch(`${at}/slow?ms=20`)).json()).toEqual({ ...own, ms: 20 })

    const echo = await fetch(`${at}/echo`, {
      method: 'POST',
      body: 'hello',
      headers: { 'content-type': 'text/x-greeting' },
    })
    expect(echo.headers.get('content-type')).toContain('text/x-greeting')
    expect(await echo.text()).toBe('hello')
  })

  it('restarts under load, and tells what it served when it leaves', async () => {
    const server = await start(example, program, nodeArgs)
    const load = startLoad({
      target: server.target(),
      workers: [
        { kind: 'keepAlive', connections: 5, thinkTime: [0, 10] },
        { kind: 'fresh', connections: 2, thinkTime: [0, 10] },
        { kind: 'post', connections: 3, size: 16_384, thinkTime: [0, 10] },
        { kind: 'slow', connections: 2, ms: 100 },
      ],
    })
    await load.waitFor(({ ok }) => ok > 20)

    const second = await server.restart()

    await server.waitForLog(servedBy(server.pid))
    await server.waitForExit()
    const before = load.stats().ok
    await load.waitFor(({ ok }) => ok > before + 20)
    expect(second.listening).toEqual(server.announcements[0]?.listening)
    expect(await load.stop()).toMatchObject({ failed: 0, failures: {} })

    server.signal('SIGTERM')
    await server.waitForLog(servedBy(second.pid))
    await until(() => server.alive().length === 0, 'the end of the last generation')
  })
})

const servedBy = (pid: number): RegExp => new RegExp(`pid ${pid}: served [1-9]\\d* requests$`)
