import type { Health, HealthAnswer, HealthRequest } from './health.ts'

/** What the answer is written to: the response of node:http, and that of node:http2. */
export interface HealthResponse {
  /** As in node:http. */
  writeHead(status: number, headers: Record<string, string | number>): unknown
  /** As in node:http. */
  end(body?: string): unknown
}

/**
 * A request listener of node:http, and a middleware of Express and of all that work like it. What is not for it, it
 * passes on by `next`; where there is none, it answers 404.
 */
export type HealthHandler = (request: HealthRequest, response: HealthResponse, next?: () => void) => void

export function handlerOf(health: Health): HealthHandler {
  return (request, response, next) => {
    const answer = health.answer(request)
    if (answer !== undefined) void answer.then((it) => write(it, request, response))
    else if (next !== undefined) next()
    else write(NOT_FOUND, request, response)
  }
}

const NOT_FOUND = {
  status: 404,
  headers: { 'content-type': 'text/plain; charset=utf-8' },
  body: 'not found\n',
} as const

function write(answer: HealthAnswer | typeof NOT_FOUND, { method }: HealthRequest, response: HealthResponse): void {
  const { status, headers, body } = answer
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) })
  if (method === 'HEAD') response.end()
  else response.end(body)
}
