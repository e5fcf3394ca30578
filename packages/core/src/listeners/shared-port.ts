import type { ListenOptions } from 'node:net'

/** A port on which several processes of one service listen, each by a socket of its own. */
export interface SharedPort {
  /** What to bind with, beside what the call says. */
  readonly options: ListenOptions
  /** Nobody of this service listens there yet. Somebody else would share it just as well: that is an error, as ever. */
  readonly first: boolean
}
