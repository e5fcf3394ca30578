import type { Span, Target, Worker } from './options.ts'

/** One request, and all that is needed to judge its answer. */
export interface Request {
  /** Sent as `x-request-id`. An answer that carries that header must name this request. */
  id: string
  /** What goes over the wire: the head with the beginning of the body, then each further piece after a pause. */
  pieces: readonly Buffer[]
  pieceDelay: Span
  /** The body that must come back. */
  echo: Buffer | undefined
  /** The time that the request itself asks the server to take, in ms. */
  asked: number
}

/** Makes the requests of one connection of a worker, one batch after the other; more than one only when pipelined. */
export type NextBatch = () => Request[]

let ids = 0

export function planRequests(worker: Worker, target: Target): NextBatch {
  const host = 'port' in target ? `${target.host}:${target.port}` : 'localhost'
  switch (worker.kind) {
    case 'keepAlive':
      return () => [get(host, worker.path ?? '/')]
    case 'slow':
      return () => [{ ...get(host, `/slow?ms=${worker.ms}`), asked: worker.ms }]
    case 'fresh':
      // It says beforehand that this is the only request: an answer's `Connection: close` tells nothing new then.
      return worker.size === undefined
        ? () => [get(host, worker.path ?? '/', 'connection: close\r\n')]
        : () => [post(host, { path: '/echo', ...worker, size: worker.size ?? 0 }, 'connection: close\r\n')]
    case 'post':
      return () => [post(host, { path: '/echo', ...worker })]
    case 'pipelined':
      return planPipeline(host, worker)
  }
}

function planPipeline(host: string, worker: Worker & { kind: 'pipelined' }): NextBatch {
  const { paths, size = 64, depth = paths?.length ?? 4 } = worker
  if (paths === undefined || paths.length === 0) {
    return () => Array.from({ length: depth }, () => post(host, { path: '/echo', size }))
  }
  return () => Array.from({ length: depth }, (_, i) => get(host, paths[i % paths.length] ?? '/'))
}

function get(host: string, path: string, headers = ''): Request {
  const id = nextId()
  const head = `GET ${path} HTTP/1.1\r\nhost: ${host}\r\nx-request-id: ${id}\r\n${headers}\r\n`
  return { id, pieces: [Buffer.from(head, 'latin1')], pieceDelay: 0, echo: undefined, asked: 0 }
}

interface Upload {
  path: string
  size: number
  chunks?: number
  chunkDelay?: Span
  chunked?: boolean
}

function post(host: string, upload: Upload, headers = ''): Request {
  const id = nextId()
  const { path, size, chunked = false, chunkDelay = 0 } = upload
  const echo = bodyOf(id, size)
  const framing = chunked ? 'transfer-encoding: chunked' : `content-length: ${size}`
  const head = Buffer.from(
    `POST ${path} HTTP/1.1\r\nhost: ${host}\r\nx-request-id: ${id}\r\n${headers}` +
      `content-type: application/octet-stream\r\n${framing}\r\n\r\n`,
    'latin1',
  )
  const [first = Buffer.alloc(0), ...rest] = cut(echo, upload.chunks ?? 1).map(chunked ? asChunk : (piece) => piece)
  const pieces = [Buffer.concat([head, first]), ...rest]
  if (chunked) pieces.push(Buffer.concat([pieces.pop() ?? head, Buffer.from('0\r\n\r\n')]))
  return { id, pieces, pieceDelay: chunkDelay, echo, asked: 0 }
}

/** No two bodies are alike, nor any two stretches of one: what is lost, doubled or swapped shows. */
function bodyOf(id: string, size: number): Buffer {
  const body = Buffer.allocUnsafe(size)
  const start = (ids * 7919) % (PATTERN.length / 2)
  for (let at = 0; at < size; at += PATTERN.length / 2)
    PATTERN.copy(body, at, start, start + Math.min(size - at, PATTERN.length / 2))
  body.write(`${id} `, 0, 'latin1')
  return body
}

const PATTERN: Buffer = Buffer.alloc(131_072)
// A linear congruential generator: the same bytes in every run, without a period in sight.
for (let i = 0, x = 1; i < PATTERN.length; i++) {
  x = (Math.imul(x, 1_103_515_245) + 12_345) & 0x7f_ff_ff_ff
  PATTERN[i] = x >> 16
}

function cut(body: Buffer, count: number): Buffer[] {
  const length = Math.ceil(body.length / count)
  const pieces: Buffer[] = []
  for (let at = 0; at < body.length; at += length) pieces.push(body.subarray(at, at + length))
  return pieces
}

function asChunk(piece: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n')])
}

function nextId(): string {
  ids += 1
  return `${process.pid}-${ids}`
}
