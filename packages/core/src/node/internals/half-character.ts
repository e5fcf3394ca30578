import type { Socket } from 'node:net'

interface Decoding {
  _readableState?: { decoder?: { lastNeed?: number } | null }
}

/**
 * Whether a socket with an encoding (`setEncoding()`) has read a part of a character, which nobody can take out of it.
 * It ends with the next bytes that come.
 */
export const hasHalfCharacter = (socket: Socket): boolean =>
  ((socket as Decoding)._readableState?.decoder?.lastNeed ?? 0) > 0
