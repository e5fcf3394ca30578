import { Server } from 'node:net'
import { clearInterval, setInterval } from 'node:timers'
import { getSystemErrorName } from 'node:util'
import type { Handle } from './handles.ts'
import { handleOf } from './handles.ts'

/** Far away: it only keeps the process alive. ms */
const FAR = 2 ** 30

/**
 * Has a server listen on a descriptor, so that all is as usual ('listening', `address()`, `close()`, `unref()`), except
 * that it accepts nothing: no connection leaves the queue in the kernel, which other processes may share.
 * @param listen calls `server.listen({ fd })` of Node itself
 * @returns how to have it accept, if it has not been closed; `undefined` where it does not listen, or has its handle
 * elsewhere, and accepts already
 */
export function listenWithoutAccepting(server: Server, listen: () => void): (() => void) | undefined {
  const own = Object.getOwnPropertyDescriptor(server, '_handle')
  if (own?.writable !== true) return void listen()
  let handle = handleOf(server) ?? null
  let accept: (() => number) | undefined
  Object.defineProperty(server, '_handle', {
    get: () => handle,
    set: (made: Handle | null) => {
      handle = made
      if (made !== null) accept = withhold(made)
    },
    configurable: true,
    enumerable: true,
  })
  try {
    listen()
  } finally {
    Object.defineProperty(server, '_handle', { ...own, value: handle })
  }
  const waiting = accept
  return waiting && (() => begin(server, handle, waiting))
}

/** Nothing is accepted before the handle's own `listen()`: Node makes it, opens the descriptor with it, and calls that. */
function withhold(handle: Handle): (() => number) | undefined {
  const { listen, close, ref, unref } = handle
  if (typeof listen !== 'function') return undefined
  // A handle that does not accept keeps no process alive.
  const alive = setInterval(() => {}, FAR)
  let length = 0
  const instead: Handle = {
    listen: (backlog) => {
      length = backlog
      return 0
    },
    ref: () => {
      alive.ref()
      ref?.call(handle)
    },
    unref: () => {
      alive.unref()
      unref?.call(handle)
    },
    close: (done) => {
      restore()
      close?.call(handle, done)
    },
  }
  Object.assign(handle, instead)
  const restore = (): void => {
    clearInterval(alive)
    for (const name of Object.keys(instead)) Reflect.deleteProperty(handle, name)
  }
  return () => {
    restore()
    return listen.call(handle, length)
  }
}

function begin(server: Server, handle: Handle | null, accept: () => number): void {
  if (handle === null || handleOf(server) !== handle) return
  const failed = accept()
  if (failed === 0) return
  const code = getSystemErrorName(failed)
  Server.prototype.close.call(server)
  server.emit('error', Object.assign(new Error(`listen ${code}`), { code, errno: failed, syscall: 'listen' }))
}
