import { createRequire } from 'node:module'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Frame } from '../../../test/ws/stage/frames.ts'
import { OPCODE, clientFrame } from '../../../test/ws/stage/frames.ts'
import { isUnderstood } from '../src/internals/known-receivers.ts'
import type { Receiver } from '../src/internals/receiver.ts'
import { unfinished } from '../src/internals/receiver.ts'

type MakesReceivers = new (...args: unknown[]) => Receiver

const require = createRequire(import.meta.url)
const VERSIONS = ['ws-7.4', 'ws-8.0', 'ws-8.11', 'ws-8.18', 'ws']

const MOST = 1024 * 1024

function receiverOf(version: string): Receiver {
  const { Receiver: made } = require(version) as { Receiver: MakesReceivers }
  return made.length > 1
    ? new made('nodebuffer', {}, true, 0)
    : new made({ isServer: true, allowSynchronousEvents: true })
}

/** Gives bytes to a receiver. @returns what its application hears */
function give(receiver: Receiver, bytes: Uint8Array): string[] {
  const heard: string[] = []
  const hear = (event: string): ((data: Buffer | string) => void) => {
    return (data) => heard.push(`${event} ${Buffer.from(data).toString('latin1')}`)
  }
  for (const event of ['message', 'ping', 'pong']) receiver.on(event, hear(event))
  receiver.on('error', (error) => heard.push(`error ${error.message}`))
  receiver.write(Buffer.from(bytes))
  for (const event of ['message', 'ping', 'pong', 'error']) receiver.removeAllListeners(event)
  return heard
}

const lengths = fc.oneof(
  { weight: 8, arbitrary: fc.nat(140) },
  { weight: 1, arbitrary: fc.constantFrom(0, 1, 125, 126, 127, 65_535, 65_536, 66_000) },
)
const payloads = fc
  .tuple(lengths, fc.integer({ min: 32, max: 126 }))
  .map(([length, byte]) => Buffer.alloc(length, byte))
const keys = fc.oneof(fc.uint8Array({ minLength: 4, maxLength: 4 }), fc.constant(new Uint8Array(4)))
const pings = fc.array(
  fc.record({
    opcode: fc.constantFrom(OPCODE.ping, OPCODE.pong),
    payload: fc.nat(125).map((length) => Buffer.alloc(length, '!')),
  }),
  { maxLength: 2 },
)

/** A message in fragments, with pings between them. */
const messages = fc
  .tuple(
    fc.constantFrom(OPCODE.text, OPCODE.binary),
    fc.array(fc.tuple(payloads, pings), { minLength: 1, maxLength: 4 }),
  )
  .map(([opcode, fragments]) =>
    fragments.flatMap(([payload, between], at): Frame[] => [
      { opcode: at === 0 ? opcode : OPCODE.continuation, payload, fin: at === fragments.length - 1 },
      ...between,
    ]),
  )

const streams = fc
  .tuple(fc.array(messages, { minLength: 1, maxLength: 4 }), fc.array(keys, { minLength: 1, maxLength: 5 }))
  .map(([all, masks]) =>
    Buffer.concat(
      all.flat().map((frame, at) => clientFrame(frame, Buffer.from(masks[at % masks.length] as Uint8Array))),
    ),
  )

describe.each(VERSIONS)('what a receiver of %s has not finished', (version) => {
  it('makes another one go on where it was, at whatever bytes the stream is cut', () => {
    fc.assert(
      fc.property(
        streams,
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 6 }),
        (stream, cuts) => {
          const whole = give(receiverOf(version), stream)
          const heard: string[] = []
          let receiver = receiverOf(version)
          let from = 0
          for (const cut of cuts.map((share) => Math.round(share * stream.length)).toSorted((a, b) => a - b)) {
            heard.push(...give(receiver, stream.subarray(from, cut)))
            const rest = unfinished(receiver, MOST)
            if (rest === undefined) throw new Error('it should have been quiet')
            receiver = receiverOf(version)
            heard.push(...give(receiver, rest))
            from = cut
          }
          heard.push(...give(receiver, stream.subarray(from)))
          expect(heard).toEqual(whole)
        },
      ),
      { numRuns: 150 },
    )
  })

  it('is nothing between two messages', () => {
    const receiver = receiverOf(version)
    give(receiver, clientFrame({ opcode: OPCODE.text, payload: Buffer.from('a') }, Buffer.from([1, 2, 3, 4])))
    expect(unfinished(receiver, 0)).toEqual(Buffer.alloc(0))
  })

  it('is not said where it is too much', () => {
    const receiver = receiverOf(version)
    const fragment = { opcode: OPCODE.text, payload: Buffer.alloc(100), fin: false }
    give(receiver, clientFrame(fragment, Buffer.alloc(4)))
    expect(unfinished(receiver, 99)).toBeUndefined()
    expect(unfinished(receiver, 100)).toBeDefined()
  })

  it('is understood', () => {
    expect(isUnderstood(receiverOf(version))).toBe(true)
  })
})

describe('a receiver is not understood', () => {
  const { Receiver: made } = require('ws') as { Receiver: MakesReceivers }

  it('if a field is missing', () => {
    const receiver = receiverOf('ws')
    Reflect.deleteProperty(receiver, '_fragments')
    expect(isUnderstood(receiver)).toBe(false)
  })

  it('if its fields mean something else', () => {
    class Later extends made {
      override get _opcode(): number {
        return 1
      }

      override set _opcode(_: number) {}
    }
    expect(isUnderstood(new Later({ isServer: true }))).toBe(false)
  })

  it('if it is no receiver at all', () => {
    expect([undefined, null, 1, {}].filter(isUnderstood)).toEqual([])
  })
})
