import { isInCharge } from '../restart/origin.ts'
import type { Context } from './context.ts'
import type { Restarts } from './restarts.ts'

/** Whether the service takes requests, whichever process of it is asked. */
export type Service = 'starting' | 'up' | 'shutting down'

/** As far as this process knows. In a restart one of the two processes always serves, so that the service is up. */
export function serviceOf({ origin, state }: Pick<Context, 'origin' | 'state'>, restarts: Restarts): Service {
  if (restarts.taker !== undefined) return 'up'
  if (!isInCharge(origin) && origin.predecessor?.ends === false) return 'up'
  if (state.isLeaving) return 'shutting down'
  return state.current === 'starting' ? 'starting' : 'up'
}
