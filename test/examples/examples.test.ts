import { fileURLToPath } from 'node:url'
import { startLoad } from '@zerodown/load'
import { describe, expect, it } from 'vitest'
import type { ServerProcess } from '../support/index.ts'
import { startServer, until } from '../support/index.ts'

const PROGRAMS = ['http/server.js', 'express/server.js', 'koa/server.js', 'hono/server.js', 'nest/dist/main.js']

/** Some frameworks take seconds to start where others want the processors, too. ms */
const PATIENCE = 150_000

const start = (program: string): Promise<ServerProcess> =>
  startServer(fileURLToPath(new URL(`../../examples/${program}`, import.meta.url)), { env: { PORT: '0' } })

describe.each(PROGRAMS)('examples/%s', { timeout: PATIENCE }, (program) => {
  it('serves what its README says', async () => {
    const server = await start(program)
    const at = `http://127.0.0.1:${server.port}`
    const own = { pid: server.pid, generation: 1 }

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
    const server = await start(program)
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

    await server.waitForLog(/^generation 1, pid \d+: served [1-9]\d* requests$/)
    await server.waitForExit()
    await load.waitFor(({ generations }) => (generations[2] ?? 0) > 20)
    expect(second.listening).toEqual(server.announcements[0]?.listening)
    expect(await load.stop()).toMatchObject({ failed: 0, failures: {} })

    server.signal('SIGTERM')
    await server.waitForLog(/^generation 2, pid \d+: served [1-9]\d* requests$/)
    await until(() => server.alive().length === 0, 'the end of the last generation')
  })
})
