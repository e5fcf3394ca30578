import { CommandError } from '../command.ts'
import { EXIT } from '../exit-codes.ts'

/**
 * Nobody listens on a control socket: there is no server, or not yet. From outside the two look the same, and the one
 * that waits for a server to come is the caller, who knows whether it was started.
 */
export const nobodyListens = (control: string): CommandError =>
  new CommandError(
    `nobody listens on ${control}. A server does so as soon as it serves: start it, or wait until it does. ` +
      'Is that path its control?',
    { exitCode: EXIT.nobody },
  )
