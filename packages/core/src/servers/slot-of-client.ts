/**
 * Which slot serves a client, by its address alone: each process comes to the same result, also after a restart.
 * @param slots how many there are
 * @returns from 1
 */
export function slotOfClient(address: string, slots: number): number {
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(plain(address))) hash = Math.imul(hash ^ byte, 0x01000193) // FNV-1a
  // Its lower bits alone would hardly tell neighbours apart: the final mix of MurmurHash3.
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (((hash ^ (hash >>> 16)) >>> 0) % slots) + 1
}

/** A socket of both families names an IPv4 client in the way of IPv6 (RFC 4291, 2.5.5.2). */
const plain = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, '')
