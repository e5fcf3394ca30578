import { ZerodownError } from '../errors.ts'
import type { InheritedListeners } from './inherited.ts'
import { keyOf } from './key.ts'
import type { ListenTarget } from './listen-target.ts'

/** No service manager has passed a socket of that name. */
export function notPassed(asked: ListenTarget, { waiting }: InheritedListeners): ZerodownError {
  const names = waiting.flatMap(({ activatedAs }) =>
    activatedAs === undefined ? [] : keyOf({ kind: 'named', name: activatedAs }),
  )
  const there = names.length === 0 ? 'none was passed that is still free' : `free are ${names.join(', ')}`
  return new ZerodownError(
    'ERR_ZERODOWN_ADDRESS',
    `cannot listen on ${keyOf(asked)}: the service manager has passed no such socket to this process; ${there}. Name it ` +
      'by FileDescriptorName= in the socket unit. After a change there, stop and start both units: a restart passes on ' +
      'what the first process was given.',
  )
}
