import type { Io, Packet } from './internals/socket-io.ts'
import { TYPE } from './internals/socket-io.ts'

/** A packet as the parser of the server writes it, in what JSON can hold: texts, and bytes in base64. */
export type Wire = readonly (string | { readonly bytes: string })[]

export const toWire = (io: Io, packet: Packet): Wire =>
  io.encoder.encode(packet).map((part) => (typeof part === 'string' ? part : { bytes: part.toString('base64') }))

/** @returns `undefined` if the parser of this process does not understand it */
export function fromWire(io: Io, wire: Wire): Packet | undefined {
  const decoder = new io._parser.Decoder()
  let packet: Packet | undefined
  decoder.on('decoded', (decoded: Packet) => (packet = decoded))
  try {
    for (const part of wire) decoder.add(typeof part === 'string' ? part : Buffer.from(part.bytes, 'base64'))
  } catch {
    return undefined
  }
  // The parser makes these two of the others again when it writes what has bytes in it.
  if (packet?.type === TYPE.binaryEvent) packet.type = TYPE.event
  if (packet?.type === TYPE.binaryAck) packet.type = TYPE.ack
  return packet
}
