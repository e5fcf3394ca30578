/**
 * Clients of Socket.IO stay connected through a restart. See docs/socket.io.md.
 * @module @zerodown/socket.io
 */
import { ZerodownError } from '@zerodown/core'
import { addKind } from '@zerodown/core/kinds'
import { addClosing, closes } from './closes.ts'
import { Gateway, sayUnknown } from './engines.ts'
import type { Engine, Io, Namespace } from './internals/socket-io.ts'
import { isKnown } from './internals/socket-io.ts'
import { shadow } from './internals/shadow.ts'
import { Served } from './served.ts'
import type { AnySocketIoServer, SocketIoOptions, SocketOf } from './types.ts'

export type { AnySocketIoServer, SocketIoOptions, SocketOf } from './types.ts'

const all = new Map<Io, Served | undefined>()

/**
 * Lets the clients of a Socket.IO server move to the successor in a restart: they stay connected, with their id, their rooms,
 * their `data` and their acknowledgements in flight. In the successor 'connection' comes for each of them with
 * `socket.recovered === true`; nobody gets a 'disconnect'. Clients that cannot move are closed, a few at a time, and
 * connect to the successor. So are all at a shutdown.
 *
 * Call it before the HTTP server listens, in each release, and attach that server (`zerodown.attach(server)`). Called again for
 * the same server, it replaces the options.
 * @param io a server of Socket.IO 4.6 to 4.8. The clients of other versions are closed
 * @returns the same server
 * @throws {ZerodownError} `ERR_ZERODOWN_OPTION`: this is no such server, or an option is not right
 * @throws {ZerodownError} `ERR_ZERODOWN_KIND`: the process has loaded two versions of this package
 */
export function socketIo<Server extends AnySocketIoServer>(
  server: Server,
  options: SocketIoOptions<SocketOf<Server>> = {},
): Server {
  check(server, options as SocketIoOptions)
  const io = server as unknown as Io
  addKind(closes)
  if (!all.has(io)) all.set(io, begin(io))
  const served = all.get(io)
  if (served !== undefined) served.options = options as SocketIoOptions
  return server
}

function begin(io: Io): Served | undefined {
  if (!isKnown(io)) {
    addClosing({ io, isMoving: () => false })
    sayUnknown()
    return undefined
  }
  const same = [...all.keys()].filter((other) => other.path() === io.path()).length
  const served = new Served(io, same === 0 ? io.path() : `${io.path()} ${same}`)
  const gateway = new Gateway(served)
  const hook = (nsp: Namespace): void => {
    served.hook(nsp)
    gateway.hook(nsp)
  }
  for (const nsp of io._nsps.values()) hook(nsp)
  io.on('new_namespace', hook)
  if (io.engine !== undefined) gateway.open(io.engine)
  shadow(io, 'bind', (bind) => (engine: Engine) => {
    const bound = bind.call(io, engine)
    gateway.open(engine)
    return bound
  })
  return served
}

function check(server: AnySocketIoServer, { answersWithin = 0, moved }: SocketIoOptions): void {
  if (typeof server?.of !== 'function' || typeof server.bind !== 'function' || typeof server.path !== 'function') {
    throw new ZerodownError('ERR_ZERODOWN_OPTION', 'socketIo() takes a Server of the package socket.io.')
  }
  if (typeof answersWithin !== 'number' || !(answersWithin >= 0)) {
    throw new ZerodownError('ERR_ZERODOWN_OPTION', 'answersWithin of socketIo() has to be a number of milliseconds.')
  }
  if (moved !== undefined && typeof moved !== 'function') {
    throw new ZerodownError('ERR_ZERODOWN_OPTION', `moved of socketIo() has to be a function, not ${typeof moved}.`)
  }
}
