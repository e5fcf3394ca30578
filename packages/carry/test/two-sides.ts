import { onTestFinished } from 'vitest'
import { Giving } from '../src/giving.ts'
import type { FromGiver, FromTaker } from '../src/messages.ts'
import { PROTOCOL } from '../src/messages.ts'
import type { CarryOptions, Settings } from '../src/options.ts'
import { settingsOf } from '../src/options.ts'
import { Taking } from '../src/taking.ts'

export interface Sides {
  readonly giving: Giving
  readonly taking: Taking
  /** All entries that were taken. */
  readonly taken: unknown[]
  /** Resolves when the giver has made the pipe, or has said why not. */
  readonly answered: Promise<FromGiver>
}

const nothing = (): void => {}

export function settings(options: Partial<CarryOptions<unknown>>): Settings {
  return settingsOf('state', { version: 1, give: () => [], take: nothing, ...options })
}

/**
 * A giver and a taker, in one process: a pipe between them all the same.
 * @param change changes what the giver sends over the channel
 */
export function sidesOf(
  options: Partial<CarryOptions<unknown>>,
  { ready = Promise.resolve(), change = (message: FromGiver) => message, token = '' } = {},
): Sides {
  const taken: unknown[] = []
  const all = settings({ take: (entries) => void taken.push(...entries), ...options })
  const taking = new Taking('state', all)
  const { version, maxBytes, timeout } = all
  const ask: FromTaker = { ask: PROTOCOL, version, maxBytes, timeout, token: token || taking.token }
  let answer: (message: FromGiver) => void = nothing
  const answered = new Promise<FromGiver>((resolve) => (answer = resolve))
  const giving = new Giving('state', all, ask, (message, handle) => {
    answer(message)
    // As over there: nobody has read from it yet.
    taking.hear(change(message), handle && Object.assign(handle, { reading: false }))
    return true
  })
  giving.begin(ready)
  onTestFinished(() => {
    giving.stop()
    taking.giveUp('the test is over')
  })
  return { giving, taking, taken, answered }
}
