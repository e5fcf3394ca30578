import { Buffer } from 'node:buffer'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Answer, Target } from '@zerodown/load'
import fc from 'fast-check'
import { Wire } from '../stage/wire.ts'
import type { Ask } from './asks.ts'
import { anAsk, encode } from './asks.ts'

/** A place in a stream of requests: heads are small, and would hardly ever be hit by a number of bytes alone. */
interface Place {
  ask: number
  part: 'before' | 'head' | 'body' | 'last byte'
  offset: number
}

/** What one client says on one connection, in pieces, and where it is at each of the restarts. */
export interface Line {
  asks: readonly Ask[]
  /** Where it is cut, and how long it pauses there. ms */
  cuts: readonly { at: Place; pause: number }[]
  restarts: readonly Place[]
}

const place: fc.Arbitrary<Place> = fc.record({
  ask: fc.nat(20),
  part: fc.constantFrom('before', 'head', 'body', 'last byte'),
  offset: fc.nat(1_000_000),
})

export const aLine = (restarts: number): fc.Arbitrary<Line> =>
  fc.record({
    asks: fc.array(anAsk, { minLength: 1, maxLength: 8 }),
    cuts: fc.array(fc.record({ at: place, pause: fc.nat(4) }), { maxLength: 8 }),
    restarts: fc.array(place, { minLength: restarts, maxLength: restarts }),
  })

/**
 * Says it all.
 * @param gates one for each restart; open when the line may go on behind that place
 * @returns all the answers; that nothing else came was made sure of
 */
export async function say(line: Line, target: Target, gates: readonly Promise<unknown>[]): Promise<Answer[]> {
  const wire = await Wire.open(target)
  for (const { bytes, before } of cut(line)) {
    if (before.gate !== undefined) await gates[before.gate]
    if (before.pause !== undefined) await sleep(before.pause)
    if (before.answers !== undefined) await wire.answeredTimes(before.answers)
    wire.write(bytes)
  }
  const answers = await wire.answers(line.asks.length)
  const { answers: count, more } = wire.heard
  if (more || count > line.asks.length) throw new Error(`more came than ${line.asks.length} answers`)
  wire.destroy()
  return answers
}

/** What is waited for before the next byte. */
interface Before {
  gate?: number
  pause?: number
  answers?: number
}

function cut({ asks, cuts, restarts }: Line): { bytes: Buffer; before: Before }[] {
  const encoded = asks.map(encode)
  const starts = [0]
  for (const { head, body } of encoded) starts.push((starts.at(-1) ?? 0) + head.length + body.length)
  const bytesBefore = ({ ask, part, offset }: Place): number => {
    const index = ask % asks.length
    const { head, body } = encoded[index] ?? { head: Buffer.alloc(0), body: Buffer.alloc(0) }
    const start = starts[index] ?? 0
    if (part === 'before') return start
    if (part === 'head') return start + 1 + (offset % (head.length - 1))
    if (part === 'body') return start + head.length + (offset % (body.length + 1))
    return start + head.length + body.length - 1
  }
  // Restarts come one after the other, wherever they were drawn.
  const gates = restarts.map(bytesBefore).toSorted((a, b) => a - b)
  const stops: { at: number; before: Before }[] = [
    { at: 0, before: {} },
    ...cuts.map(({ at, pause }) => ({ at: bytesBefore(at), before: { pause } })),
    ...gates.map((at, gate) => ({ at, before: { gate } })),
    ...asks.flatMap(({ waits }, answers) => (waits ? [{ at: starts[answers] ?? 0, before: { answers } }] : [])),
  ].toSorted((a, b) => a.at - b.at)
  const whole = Buffer.concat(encoded.flatMap(({ head, body }) => [head, body]))
  return stops.map(({ at, before }, index) => ({ bytes: whole.subarray(at, stops[index + 1]?.at), before }))
}
