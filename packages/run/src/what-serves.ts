import type { Slot } from './slot.ts'

/** What a restart that has stopped means for all slots, in words. @param done how many have restarted before it stopped */
export function whatServes(slots: readonly Slot[], done: number): string {
  const rest = slots.slice(done)
  const left = rest.filter(({ current }) => current !== undefined)
  const renewed = done === 1 ? 'Slot 1 has the new code' : `Slots 1 to ${done} have the new code`
  if (left.length === 0) return done === 0 ? 'Nothing is served until one is.' : `${renewed}; nothing else serves.`
  const all = left.length === rest.length
  if (done === 0 && all) return `${slots.length === 1 ? 'It serves' : 'All slots serve'} on as before.`
  const who = all ? (left.length === 1 ? 'the other serves' : 'the others serve') : named(left)
  const sentence = `${who} on as before.`
  return done === 0 ? sentence.replace(/^s/, 'S') : `${renewed}; ${sentence}`
}

function named(slots: readonly Slot[]): string {
  const numbers = slots.map(({ number }) => number)
  return numbers.length === 1 ? `slot ${numbers[0]} serves` : `slots ${numbers.join(', ')} serve`
}
