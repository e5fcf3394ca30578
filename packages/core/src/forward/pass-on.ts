import type { ClientRequest, IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { request as send } from 'node:http'
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'

/** What is said of one connection only (RFC 9110, 7.6.1), and what is over when a request is passed on. */
const OF_ONE_CONNECTION = new Set(['connection', 'keep-alive', 'proxy-connection', 'te', 'upgrade', 'expect'])

/** Methods in which node:http takes a body for unlikely. In others it would announce a chunked one where there is none. */
const WITHOUT_BODY = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE'])

/** The head of an answer may be longer than a client accepts by default: it comes from ourselves. bytes */
const MAX_HEADER_SIZE = 1024 * 1024

/**
 * Whether a request can be written once more for another process: not one of HTTP/2, nor one whose client has shown a
 * certificate, which the application would look for. And not one for an event stream, which would pass through this process for as
 * long as it goes on.
 */
export function canPassOn({ httpVersion, socket, method, headers }: IncomingMessage): boolean {
  if (!httpVersion.startsWith('1.')) return false
  if (method === 'GET' && headers.accept?.includes('text/event-stream') === true) return false
  const { getPeerCertificate } = socket as Partial<TLSSocket>
  return getPeerCertificate === undefined || Object.keys(getPeerCertificate.call(socket)).length === 0
}

/**
 * Writes a request once more, to the process at the other end of `pipe`, and its answer into `response`. If that process ends
 * before the answer does, so does the connection of the client: nobody knows what has become of its request.
 */
export function passOn(request: IncomingMessage, response: ServerResponse, pipe: Socket): void {
  const { method, url: path } = request
  const onward = send({
    createConnection: () => pipe,
    method,
    path,
    headers: onwardHeaders(request),
    maxHeaderSize: MAX_HEADER_SIZE,
  })
  const fail = (): void => void request.socket.destroy()
  onward.on('error', fail)
  onward.on('information', ({ statusCode, headers }) => {
    if (statusCode === 103 && headers['link'] !== undefined) response.writeEarlyHints(headers as { link: string })
  })
  onward.on('response', (answer) => {
    answer.on('error', fail)
    response.writeHead(answer.statusCode ?? 500, answer.statusMessage, headersOf(answer))
    // Otherwise the head would wait for the first byte behind it.
    response.flushHeaders()
    copy(answer, response)
  })
  response.on('close', () => onward.destroy())
  copy(request, onward)
}

/** A body, and the trailers behind it. */
function copy(from: IncomingMessage, to: ServerResponse | ClientRequest): void {
  from.pipe(to, { end: false })
  from.on('end', () => {
    if (from.rawTrailers.length > 0) to.addTrailers(from.trailers as OutgoingHttpHeaders)
    to.end()
  })
}

function onwardHeaders(request: IncomingMessage): string[] {
  const headers = [...headersOf(request), 'Connection', 'close']
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers
  const hasBody = length !== undefined || encoding !== undefined
  return hasBody || WITHOUT_BODY.has(request.method ?? '') ? headers : [...headers, 'Content-Length', '0']
}

/** As they came, name and value in turn. Of an answer, without what says that its body comes in pieces. */
function headersOf({ rawHeaders, headers, statusCode }: IncomingMessage): string[] {
  const named = new Set(headers.connection?.split(',').map((name) => name.trim().toLowerCase()))
  const isAnswer = typeof statusCode === 'number'
  const stays = (name: string): boolean =>
    !OF_ONE_CONNECTION.has(name) && !named.has(name) && !(isAnswer && name === 'transfer-encoding')
  return rawHeaders.filter((_, at) => stays((rawHeaders[at - (at % 2)] ?? '').toLowerCase()))
}
