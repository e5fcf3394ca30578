import { once } from 'node:events'
import { request } from 'node:https'
import { connect as connectHttp2 } from 'node:http2'
import { connect } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { startLoad } from '@zerodown/load'
import type { Answer } from '@zerodown/load'
import { expect, it } from 'vitest'
import { settled } from '../restart/settle.ts'
import type { ServerProcess } from '../support/index.ts'
import { tempDir } from '../support/index.ts'
import { startRegistered } from './start.ts'

it('takes over http, https, http2 and net in one process, and keeps them apart', async () => {
  const server = await startRegistered('register/several.cjs', { env: { SOCKET: join(await tempDir(), 'last.sock') } })
  const { listening } = server.latest
  const loads = (['http', 'unix'] as const).map((name) =>
    startLoad({
      target: server.target(name === 'http' ? 0 : 4),
      workers: [
        { kind: 'keepAlive', connections: 3, thinkTime: [0, 10], check: isFrom(name) },
        { kind: 'post', connections: 1, size: 16_256, thinkTime: [0, 10], check: isFrom(name) },
      ],
    }),
  )

  for (let restarts = 0; restarts < 3; restarts++) {
    const { pid, listening: now } = await server.restart()
    expect(now).toEqual(listening)
    await Promise.all(loads.map((load) => load.waitFor(({ generations }) => (generations[pid] ?? 0) > 10, 15_000)))
    await settled(server)
    expect(await overHttps(server)).toEqual(['https', pid])
    expect(await overHttp2(server)).toBe(`http2 ${pid}`)
    expect(await overNet(server)).toBe(`net ${pid}`)
  }
  for (const load of loads) expect(await load.stop()).toMatchObject({ failed: 0, reopened: 0, firstFailures: [] })
})

const isFrom =
  (name: string) =>
  ({ headers }: Answer): string | undefined =>
    headers.get('x-server') === name ? undefined : `answered by ${headers.get('x-server')}, not by ${name}`

function portOf(server: ServerProcess, place: number): number {
  const target = server.target(place)
  if (!('port' in target)) throw new Error('not on TCP')
  return target.port
}

async function overHttps(server: ServerProcess): Promise<[unknown, number]> {
  const asked = request({ host: '127.0.0.1', port: portOf(server, 1), rejectUnauthorized: false, agent: false }).end()
  const [response] = await once(asked, 'response')
  const { pid } = JSON.parse(await text(response)) as { pid: number }
  return [response.headers['x-server'], pid]
}

async function overHttp2(server: ServerProcess): Promise<string> {
  const session = connectHttp2(`http://127.0.0.1:${portOf(server, 2)}`)
  const answer = await text(session.request({ ':path': '/' }))
  session.close()
  return answer
}

async function overNet(server: ServerProcess): Promise<string> {
  const socket = connect(portOf(server, 3), '127.0.0.1')
  await once(socket, 'connect')
  return text(socket)
}
