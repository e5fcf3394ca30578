import { describe, expect, it } from 'vitest'
import { slotOfClient } from '../../src/servers/slot-of-client.ts'

const SLOTS = [1, 2, 3, 4, 7, 64]

describe('the slot of a client', () => {
  it.each([
    ['203.0.113.9', 4, 4],
    ['198.51.100.77', 4, 3],
    ['2001:db8::1', 4, 3],
  ])('never changes, as sessions would be lost: %s in %i slots', (address, slots, slot) => {
    expect(slotOfClient(address, slots)).toBe(slot)
  })

  it.each(SLOTS)('is one of those that there are: %i', (slots) => {
    const owners = Array.from({ length: 500 }, (_, at) => slotOfClient(`10.0.${at >> 8}.${at & 255}`, slots))
    expect(Math.min(...owners)).toBe(1)
    expect(Math.max(...owners)).toBe(slots)
  })

  it('is the same for an IPv4 client on a socket of both families', () => {
    for (const slots of SLOTS) {
      expect(slotOfClient('::ffff:203.0.113.9', slots)).toBe(slotOfClient('203.0.113.9', slots))
    }
  })

  it.each([
    ['neighbours of one network', (at: number) => `192.168.${at >> 8}.${at & 255}`],
    ['networks of one provider', (at: number) => `100.${64 + (at >> 8)}.${at & 255}.1`],
    ['IPv6 clients', (at: number) => `2001:db8:0:${at.toString(16)}::1`],
  ])('spreads %s evenly', (_, addressOf) => {
    const counts = [0, 0, 0, 0]
    for (let at = 0; at < 4000; at += 1) {
      const slot = slotOfClient(addressOf(at), 4)
      counts[slot - 1] = (counts[slot - 1] ?? 0) + 1
    }
    for (const count of counts) expect(count).toBeGreaterThan(850)
    for (const count of counts) expect(count).toBeLessThan(1150)
  })
})
