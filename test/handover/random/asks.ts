import { Buffer } from 'node:buffer'
import fc from 'fast-check'
import { large } from '../stage/wire.ts'

/** One request, as small as it can be told; whether it waits for the answers to all those before it. */
export type Ask = { waits: boolean } & (
  | { get: number; ms?: number }
  | { stream: number; ms: number }
  | { post: number; expect: boolean }
  | { postChunks: readonly number[]; trailer: boolean }
  | { early: number }
  | { missing: true }
  | { old: number }
)

/** As bytes: the head with its empty line, and the body. */
export interface Encoded {
  head: Buffer
  body: Buffer
}

const size = fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 150_000 }))
const ms = fc.integer({ min: 0, max: 25 })
const waits = fc.boolean()

export const anAsk: fc.Arbitrary<Ask> = fc.oneof(
  fc.record({ waits, get: size }),
  fc.record({ waits, get: size, ms }),
  fc.record({ waits, stream: fc.integer({ min: 0, max: 5 }), ms: fc.integer({ min: 0, max: 8 }) }),
  fc.record({ waits, post: size, expect: fc.boolean() }),
  fc.record({
    waits,
    postChunks: fc.array(fc.integer({ min: 1, max: 20_000 }), { maxLength: 6 }),
    trailer: fc.boolean(),
  }),
  fc.record({ waits, early: size }),
  fc.record({ waits, missing: fc.constant(true as const) }),
  fc.record({ waits, old: size }),
)

export function encode(ask: Ask): Encoded {
  if ('get' in ask) return request(`GET /large?bytes=${ask.get}${ask.ms === undefined ? '' : `&ms=${ask.ms}`}`)
  if ('stream' in ask) return request(`GET /stream?chunks=${ask.stream}&ms=${ask.ms}`)
  if ('missing' in ask) return request('GET /nowhere')
  if ('early' in ask) return request('POST /early', [`content-length: ${ask.early}`], large(ask.early))
  if ('old' in ask) return request(`GET /large?bytes=${ask.old}`, ['connection: keep-alive'], undefined, '1.0')
  if ('post' in ask) {
    const expects = ask.expect ? ['expect: 100-continue'] : []
    return request('POST /echo', [`content-length: ${ask.post}`, ...expects], large(ask.post))
  }
  const chunks = ask.postChunks.map((length) => `${length.toString(16)};of=many\r\n${large(length).toString()}\r\n`)
  const end = ask.trailer ? '0\r\nx-trailer: after all\r\n\r\n' : '0\r\n\r\n'
  return request('POST /echo', ['transfer-encoding: chunked'], Buffer.from(chunks.join('') + end))
}

function request(start: string, headers: string[] = [], body: Buffer = Buffer.alloc(0), version = '1.1'): Encoded {
  const head = [`${start} HTTP/${version}`, 'host: localhost', ...headers, '', ''].join('\r\n')
  return { head: Buffer.from(head), body }
}
