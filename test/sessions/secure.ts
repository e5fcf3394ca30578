import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import type { IncomingHttpHeaders, IncomingHttpStatusHeader } from 'node:http2'
import { connect as connectHttp2 } from 'node:http2'
import { Agent, request } from 'node:https'
import { join } from 'node:path'
import { cleanUp } from '../support/clean-up.ts'
import type { ServerProcess } from '../support/index.ts'
import { FIXTURES } from '../support/index.ts'
import type { Counted } from './stage.ts'

export interface Answered extends Partial<Counted> {
  status: number | undefined
}

export interface OverTls {
  agent: Agent
  ask(path: string): Promise<Answered & { reused: boolean; close: boolean }>
}

/** One connection over TLS, and another one when it has closed. */
export function overTls(server: ServerProcess, certificate = {}): OverTls {
  const agent = new Agent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false, ...certificate })
  cleanUp(() => agent.destroy())
  return {
    agent,
    async ask(path) {
      const asked = request({ ...server.target(), agent, path, method: 'POST' })
      asked.end()
      const [answer] = (await once(asked, 'response')) as [IncomingMessage]
      const body = Buffer.concat(await answer.toArray()).toString()
      const close = answer.headers.connection === 'close'
      return { ...answered(answer.statusCode, body), reused: asked.reusedSocket, close }
    },
  }
}

/** One connection over HTTP/2. */
export function overHttp2(server: ServerProcess): (path: string) => Promise<Answered> {
  const { host, port } = server.target() as { host: string; port: number }
  const session = connectHttp2(`http://${host}:${port}`)
  session.on('error', () => {})
  cleanUp(() => session.destroy())
  return async (path) => {
    const stream = session.request({ ':method': 'POST', ':path': path }).setEncoding('utf8').end()
    const [head] = (await once(stream, 'response')) as [IncomingHttpHeaders & IncomingHttpStatusHeader]
    return answered(head[':status'], (await stream.toArray()).join(''))
  }
}

const answered = (status: number | undefined, body: string): Answered => ({
  ...(status === 200 && (JSON.parse(body) as Counted)),
  status,
})

const TLS = join(FIXTURES, 'tls')
export const CERTIFICATE: Promise<{ key: Buffer | undefined; cert: Buffer | undefined }> = Promise.all(
  ['key', 'cert'].map((name) => readFile(join(TLS, `${name}.pem`))),
).then(([key, cert]) => ({ key, cert }))
