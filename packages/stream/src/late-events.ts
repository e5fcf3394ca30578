import { peers } from '@zerodown/core/kinds'
import type { StreamEvent } from './event-reader.ts'

/** What an application has done with a stream which had moved already: written an event, or destroyed it. */
type LateWord = {
  /** Of the stream. */
  readonly stream: number
} & (StreamEvent | { readonly destroyed: true })

/** A stream, as far as it takes what is done with it in the predecessor. */
export interface Receiver {
  late(event: StreamEvent): void
  lateDestroy(): void
}

/** By the predecessor's ids. Until the application here has begun its answer, the words wait. */
const came = new Map<unknown, Receiver | LateWord[]>()

let last = 0
let hasSaid = false
/** The shutdown hooks of this process come next. */
let leaves = false

const mine = peers('event-streams', {
  fromPredecessor(message) {
    const word = message as LateWord
    const receiver = came.get(word.stream)
    if (Array.isArray(receiver)) receiver.push(word)
    else if (receiver !== undefined) tell(receiver, word)
  },
  predecessorGone: () => came.clear(),
  leaving() {
    leaves = true
    // What is answered behind all words: they have arrived.
    return hasSaid ? mine.isInSuccessor() : undefined
  },
})

function tell(receiver: Receiver, word: LateWord): void {
  if ('destroyed' in word) receiver.lateDestroy()
  else receiver.late({ text: word.text, id: word.id })
}

/** @returns what the successor will know a stream by, and how it is told there what is done with it here */
export function forwardTo(): { id: number; over: Receiver } {
  last += 1
  const stream = last
  const say = (word: LateWord): void => {
    hasSaid = true
    mine.toSuccessor(word)
  }
  return {
    id: stream,
    over: {
      late: (event) => say({ stream, ...event }),
      lateDestroy() {
        if (!leaves) say({ stream, destroyed: true })
      },
    },
  }
}

/** A stream with that id comes. */
export const announce = (id: unknown): void => void came.set(id, [])

/** It does not come. */
export const forget = (id: unknown): void => void came.delete(id)

/** Gives a stream what its application does with it in the predecessor. */
export function follow(id: unknown, receiver: Receiver): void {
  const waiting = came.get(id)
  came.set(id, receiver)
  if (Array.isArray(waiting)) for (const word of waiting) tell(receiver, word)
}
