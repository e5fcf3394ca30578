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

type OverTlsAnswer = Answered & { reused: boolean; close: boolean }

export interface OverTls {
  agent: Agent
  ask(path: string): Promise<OverTlsAnswer>
  /** A request that is in flight until it is to end. @returns how to end it, and its answer */
  begin(path: string): () => Promise<OverTlsAnswer>
}

/** One connection over TLS, and another one when it has closed. */
export function overTls(server: ServerProcess, certificate = {}): OverTls {
  const agent = new Agent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false, ...certificate })
  cleanUp(() => agent.destroy())
  const begin = (path: string) => {
    const asked = request({ ...server.target(), agent, path, method: 'POST' })
    asked.flushHeaders()
    return async (): Promise<OverTlsAnswer> => {
      asked.end()
      const [answer] = (await once(asked, 'response')) as [IncomingMessage]
      const body = Buffer.concat(await answer.toArray()).toString()
      const close = answer.headers.connection === 'close'
      return { ...answered(answer.statusCode, body), reused: asked.reusedSocket, close }
    }
  }
  return { agent, begin, ask: (path) => begin(path)() }
}

export interface OverHttp2 {
  ask(path: string): Promise<Answered>
  /** As of {@link OverTls}. */
  begin(path: string): () => Promise<Answered>
}

/** One connection over HTTP/2. */
export function overHttp2(server: ServerProcess): OverHttp2 {
  const { host, port } = server.target() as { host: string; port: number }
  const session = connectHttp2(`http://${host}:${port}`)
  session.on('error', () => {})
  cleanUp(() => session.destroy())
  const begin = (path: string) => {
    const stream = session.request({ ':method': 'POST', ':path': path }).setEncoding('utf8')
    return async (): Promise<Answered> => {
      stream.end()
      const [head] = (await once(stream, 'response')) as [IncomingHttpHeaders & IncomingHttpStatusHeader]
      return answered(head[':status'], (await stream.toArray()).join(''))
    }
  }
  return { begin, ask: (path) => begin(path)() }
}

const answered = (status: number | undefined, body: string): Answered => ({
  ...(status === 200 && (JSON.parse(body) as Counted)),
  status,
})

const TLS = join(FIXTURES, 'tls')
export const CERTIFICATE: Promise<{ key: Buffer | undefined; cert: Buffer | undefined }> = Promise.all(
  ['key', 'cert'].map((name) => readFile(join(TLS, `${name}.pem`))),
).then(([key, cert]) => ({ key, cert }))
