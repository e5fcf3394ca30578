import { ZerodownError } from '../errors.ts'
import type { ListenTarget } from './listen-target.ts'
import type { InheritedListeners } from './inherited.ts'
import { keyOf } from './key.ts'

/**
 * Explains why a successor could not bind: it asks for another host, on a port that the predecessor still holds. Node's
 * EADDRINUSE does not say by whom. Any other error is returned as it is.
 */
export function explainListenError(
  error: Error,
  asked: ListenTarget | undefined,
  inherited: InheritedListeners,
): Error {
  const inUse = (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
  const held = asked && inUse ? inherited.inTheWayOf(asked) : undefined
  if (asked === undefined || held === undefined) return error
  return new ZerodownError(
    'ERR_ZERODOWN_ADDRESS_HELD',
    `cannot listen on ${keyOf(asked)}: the predecessor listens on ${keyOf(held.bound)}, another address on the same ` +
      'port, and holds it until the restart is committed. Change the port as well, or stop and start the service.',
    { cause: error },
  )
}
