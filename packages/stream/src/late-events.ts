import { peers } from '@zerodown/core/kinds'
import type { StreamEvent } from './event-reader.ts'

/** An event that an application has written to a stream which had moved already. */
interface LateEvent extends StreamEvent {
  /** Of the stream. */
  readonly stream: number
}

/** A stream that came, as far as it takes events of the predecessor. */
interface Receiver {
  late(event: StreamEvent): void
}

/** By the predecessor's ids. Until the application here has begun its answer, the events wait. */
const came = new Map<unknown, Receiver | StreamEvent[]>()

const mine = peers('event-streams', {
  fromPredecessor(message) {
    const { stream, text, id } = message as LateEvent
    const receiver = came.get(stream)
    if (Array.isArray(receiver)) receiver.push({ text, id })
    else receiver?.late({ text, id })
  },
  predecessorGone: () => came.clear(),
})

let last = 0

/** @returns what the successor will know a stream by, and how an event is brought to it */
export function forwardTo(): { id: number; forward(event: StreamEvent): void } {
  last += 1
  const stream = last
  return { id: stream, forward: (event) => void mine.toSuccessor({ stream, ...event }) }
}

/** A stream with that id comes. */
export const announce = (id: unknown): void => void came.set(id, [])

/** It does not come. */
export const forget = (id: unknown): void => void came.delete(id)

/** Gives a stream what its application writes in the predecessor. */
export function follow(id: unknown, receiver: Receiver): void {
  const waiting = came.get(id)
  came.set(id, receiver)
  if (Array.isArray(waiting)) for (const event of waiting) receiver.late(event)
}
