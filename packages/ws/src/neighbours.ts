import type { Peers } from '@zerodown/core/kinds'
import { peers } from '@zerodown/core/kinds'
import { ArrivedSockets } from './arrived-sockets.ts'
import type { CallMessage, CallMessages, LeavesMessage, Report } from './messages.ts'
import { MovedSockets } from './moved-sockets.ts'

/** The name of this package between two processes: that of its kind of connection, and of what they say to each other. */
export const NAME = 'ws'

/** What is done with WebSockets in another process than the one that has them. */
interface Neighbours {
  readonly moved: MovedSockets
  readonly arrived: ArrivedSockets
}

let both: Neighbours | undefined

/** From the first call on, this process hears what its neighbours do with WebSockets that have moved. */
export function neighbours(): Neighbours {
  both ??= connect()
  return both
}

function connect(): Neighbours {
  const own: Peers = peers(NAME, {
    fromPredecessor: (message) => arrived.hear(message as CallMessage | CallMessages | LeavesMessage),
    fromSuccessor: (message) => moved.hear(message as Report),
    predecessorGone: () => arrived.predecessorGone(),
    leaving: (time) => moved.leave(time),
    successorGone: () => moved.successorGone(),
  })
  const moved = new MovedSockets(own)
  const arrived = new ArrivedSockets(own)
  process.once('exit', () => moved.end())
  return { moved, arrived }
}
