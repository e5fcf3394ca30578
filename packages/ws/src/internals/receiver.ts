import type { Writable } from 'node:stream'
import type { FrameHead } from './frames.ts'
import { CONTINUATION, frameBeforeMask, frameStart, wholeFrame } from './frames.ts'

/** What of a frame comes next. From 5 on, the receiver waits for something else than bytes. */
const STATE = { info: 0, length16: 1, length64: 2, mask: 3, data: 4 } as const

const FIRST_CONTROL_OPCODE = 0x8

/** The fields of a receiver of `ws` 7.4 to 8.23 that say how far it has read. */
export interface Receiver extends Writable {
  readonly _state: number
  readonly _fin: boolean
  readonly _opcode: number
  readonly _payloadLength: number
  readonly _mask: Uint8Array | undefined
  /** The opcode of the message that has begun and not ended; 0: there is none. */
  readonly _fragmented: number
  /** Its payload so far, inflated. */
  readonly _fragments: readonly Uint8Array[]
  /** How long the payloads of its frames are, that of the last one included as soon as its length is known. */
  readonly _totalPayloadLength: number
  /** Whether it is compressed. */
  readonly _compressed: boolean
  /** What was read and belongs to no field yet. */
  readonly _buffers: readonly Uint8Array[]
  readonly _bufferedBytes: number
}

const NUMBERS = ['_state', '_opcode', '_payloadLength', '_fragmented', '_totalPayloadLength', '_bufferedBytes'] as const
const BOOLEANS = ['_fin', '_compressed'] as const
const LISTS = ['_fragments', '_buffers'] as const

/** Whether it has the fields by which it can be read. */
export function isReceiver(value: unknown): value is Receiver {
  if (typeof value !== 'object' || value === null) return false
  const fields = value as Record<string, unknown>
  return (
    NUMBERS.every((name) => typeof fields[name] === 'number') &&
    BOOLEANS.every((name) => typeof fields[name] === 'boolean') &&
    LISTS.every((name) => Array.isArray(fields[name])) &&
    typeof fields.writableLength === 'number'
  )
}

/**
 * What a receiver has read of a frame, or of a message in fragments, and not given to the application: as bytes that make
 * another receiver go on where this one is.
 * @param most how many bytes there may be
 * @returns `undefined`: it cannot be said now, or is too much
 */
export function unfinished(receiver: Receiver, most: number): Buffer | undefined {
  if (receiver._state > STATE.data || receiver.writableLength > 0) return undefined
  const { _fragmented: message, _compressed: compressed, _fragments: fragments } = receiver
  const sizes = fragments.reduce((sum, { length }) => sum + length, receiver._bufferedBytes)
  if (sizes > most) return undefined
  const begun = message !== 0 && !isFirstFrame(receiver)
  // The window of the decompressor has what came before, and cannot be read.
  if (begun && compressed && finishedLength(receiver) > 0) return undefined
  const before = begun ? [wholeFrame({ fin: false, rsv1: compressed, opcode: message }, fragments)] : []
  return Buffer.concat([...before, ...frameSoFar(receiver, begun), ...receiver._buffers])
}

/** The part of the frame that is being read which the receiver has taken out of its buffers. */
function frameSoFar(receiver: Receiver, continues: boolean): Uint8Array[] {
  const { _state: state, _fin: fin, _opcode: opcode, _payloadLength: length } = receiver
  if (state === STATE.info) return []
  const isData = opcode < FIRST_CONTROL_OPCODE
  const head: FrameHead = {
    fin,
    rsv1: isData && !continues && receiver._compressed,
    opcode: isData && continues ? CONTINUATION : opcode,
  }
  if (state === STATE.length16) return [frameStart(head, 126)]
  if (state === STATE.length64) return [frameStart(head, 127)]
  const start = frameBeforeMask(head, length)
  return state === STATE.mask ? [start] : [start, receiver._mask ?? Buffer.alloc(4)]
}

/**
 * Whether the frame that is being read may stand for the first one of its message: what came before, if anything, was
 * empty.
 */
const isFirstFrame = (receiver: Receiver): boolean => isReadingData(receiver) && finishedLength(receiver) === 0

const isReadingData = ({ _state: state, _opcode: opcode }: Receiver): boolean =>
  state !== STATE.info && opcode < FIRST_CONTROL_OPCODE

/** How long the payloads of those frames of the message are that have been read to their end. */
function finishedLength(receiver: Receiver): number {
  const counted = isReadingData(receiver) && receiver._state >= STATE.mask ? receiver._payloadLength : 0
  return receiver._totalPayloadLength - counted
}
