import type { Receiver } from './receiver.ts'
import { isReceiver, unfinished } from './receiver.ts'

type MakesReceivers = new (...args: unknown[]) => Receiver

/** Whether `unfinished()` understands the receivers of a class. */
const understood = new WeakMap<object, boolean>()

/**
 * Two messages, one of them in three fragments around a ping: a frame with each form of length up to 16 bits, with and
 * without a masking key of 0.
 */
const SAMPLE: Buffer = Buffer.concat([
  Buffer.from([0x01, 0x82, 1, 2, 3, 4, 0x61 ^ 1, 0x62 ^ 2]),
  Buffer.from([0x89, 0x81, 0, 0, 0, 0, 0x21]),
  Buffer.from([0x00, 0x81, 0, 0, 0, 0, 0x63]),
  Buffer.from([0x80, 0xfe, 0, 130, 0, 0, 0, 0]),
  Buffer.alloc(130, 'd'),
  Buffer.from([0x82, 0x81, 9, 0, 0, 0, 0x65 ^ 9]),
])

/**
 * Whether what a receiver has read can be read from its fields. Its class is tried once, with a sample that is cut at
 * each byte: a later version of `ws` may give the same fields another meaning.
 */
export function isUnderstood(receiver: unknown): receiver is Receiver {
  if (!isReceiver(receiver)) return false
  const made = receiver.constructor as MakesReceivers
  const known = understood.get(made) ?? tryOut(made)
  understood.set(made, known)
  return known
}

function tryOut(made: MakesReceivers): boolean {
  try {
    const whole = heard(make(made), SAMPLE)
    if (whole.length !== 3) return false
    return Array.from(SAMPLE, (_, at) => at).every((at) => goesOn(made, at, whole))
  } catch {
    return false
  }
}

/** Whether another receiver goes on where one is that has read so many bytes. */
function goesOn(made: MakesReceivers, at: number, whole: readonly string[]): boolean {
  const first = make(made)
  const before = heard(first, SAMPLE.subarray(0, at))
  const rest = unfinished(first, SAMPLE.length)
  if (rest === undefined) return false
  const after = heard(make(made), Buffer.concat([rest, SAMPLE.subarray(at)]))
  return [...before, ...after].join(' ') === whole.join(' ')
}

/** Up to 8.1 it takes its options one by one. */
const make = (made: MakesReceivers): Receiver =>
  made.length > 1
    ? new made('nodebuffer', {}, true, 0)
    : new made({ isServer: true, maxPayload: 0, allowSynchronousEvents: true })

function heard(receiver: Receiver, bytes: Uint8Array): string[] {
  const all: string[] = []
  receiver.on('message', (data: unknown) => all.push(`message ${String(data)}`))
  receiver.on('ping', (data: unknown) => all.push(`ping ${String(data)}`))
  // What it does not understand, it also reports as an 'error', later.
  receiver.on('error', () => {})
  // A copy, as a receiver takes the mask off in place.
  receiver.write(Buffer.from(bytes))
  return all
}
