import type { IncomingMessage, ServerResponse } from 'node:http'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { messageOf } from '../errors.ts'
import type { Controlled } from './controlled.ts'
import { openMetrics } from './open-metrics.ts'
import type { Outcome, Step, Tell } from './progress.ts'
import { bodyOf } from './request-body.ts'

type Handler = (controlled: Controlled, response: ServerResponse) => Promise<void>

/** What a client may have left to read, before it counts as gone. bytes */
const UNREAD = 256 * 1024

const ROUTES: Readonly<Record<string, Readonly<Record<string, Handler>>>> = {
  '/status': { GET: async (it, response) => sendJson(response, 200, await it.status()) },
  '/metrics': {
    GET: async (it, response) =>
      send(response, 200, 'application/openmetrics-text; version=1.0.0; charset=utf-8', openMetrics(await it.status())),
  },
  '/livez': { GET: (_, response) => sendJson(response, 200, { live: true }) },
  '/readyz': {
    async GET(it, response) {
      const { ready, state } = await it.status()
      await sendJson(response, ready ? 200 : 503, { ready, state })
    },
  },
  '/restart': {
    async POST(it, response) {
      const refusal = it.whyNoRestart()
      if (refusal === undefined) return stream(response, (tell) => it.restart(tell))
      return sendJson(response, 409, { code: refusal.code, message: refusal.message })
    },
  },
  '/shutdown': { POST: (it, response) => stream(response, (tell) => it.shutdown(tell)) },
}

/** Answers a request of whoever controls the service. Nothing that goes wrong here concerns the service. */
export function answer(request: IncomingMessage, response: ServerResponse, controlled: Controlled): void {
  response.on('error', () => {}) // The client has gone.
  response.setHeader('connection', 'close')
  response.setHeader('cache-control', 'no-store')
  route(request, response, controlled).catch((error: unknown) => {
    if (response.headersSent) response.destroy()
    else void sendJson(response, 500, { message: messageOf(error) })
  })
}

async function route(request: IncomingMessage, response: ServerResponse, controlled: Controlled): Promise<void> {
  const path = (request.url ?? '').replace(/\?.*/s, '')
  const methods = Object.hasOwn(ROUTES, path) ? ROUTES[path] : undefined
  if (methods === undefined) {
    const message = `there is no ${path}; there are: ${Object.keys(ROUTES).join(', ')}.`
    return sendJson(response, 404, { message })
  }
  const method = request.method === 'HEAD' ? 'GET' : (request.method ?? '')
  const handler = Object.hasOwn(methods, method) ? methods[method] : undefined
  if (handler === undefined) {
    const allowed = Object.keys(methods).join(', ')
    response.setHeader('allow', allowed)
    return sendJson(response, 405, { message: `${path} takes ${allowed}, and not ${request.method}.` })
  }
  const body = await bodyOf(request)
  if ('status' in body) return sendJson(response, body.status, { message: body.message })
  return handler(controlled, response)
}

/**
 * Lines of JSON (https://github.com/ndjson/ndjson-spec), one as each step comes; the last one is the outcome. Where this
 * process has hung meanwhile, the client may have given up, and been told that nothing happens any more: to write to it
 * fails at once. So nothing is begun before that is known.
 */
async function stream(response: ServerResponse, run: (tell: Tell) => Promise<Outcome>): Promise<void> {
  const { socket } = response
  response.writeHead(200, { 'content-type': 'application/x-ndjson' })
  response.flushHeaders()
  await nextTurn()
  if (socket?.destroyed !== false) return
  const line = (step: Step | Outcome): string => `${JSON.stringify({ ...step, at: Date.now() })}\n`
  const outcome = await run((step) => {
    if (response.writableLength > UNREAD) response.destroy()
    else if (!response.destroyed) response.write(line(step))
  })
  response.end(line(outcome))
}

async function sendJson(response: ServerResponse, status: number, value: object): Promise<void> {
  return send(response, status, 'application/json', `${JSON.stringify(value)}\n`)
}

async function send(response: ServerResponse, status: number, type: string, text: string): Promise<void> {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(text) })
  response.end(text)
}
