import type { Server } from 'node:net'

/** What Node calls after `close()`, and whenever a connection of the server has ended. */
interface Closing {
  _emitCloseIfDrained?: () => void
}

/**
 * Holds back the 'close' of a server, and with it the callbacks of its `close()`, until `until` settles. Without a
 * connection it would come as soon as the server stops accepting. Where Node has another way to it, nothing is held back.
 */
export function holdClose(server: Server, until: Promise<unknown>): void {
  const closing = server as Closing
  if (typeof closing._emitCloseIfDrained !== 'function') return
  const own = Object.getOwnPropertyDescriptor(server, '_emitCloseIfDrained')
  let asked = false
  const hold = { value: (): void => void (asked = true), configurable: true, writable: true }
  Object.defineProperty(server, '_emitCloseIfDrained', hold)
  const release = (): void => {
    Reflect.deleteProperty(server, '_emitCloseIfDrained')
    if (own !== undefined) Object.defineProperty(server, '_emitCloseIfDrained', own)
    if (asked) closing._emitCloseIfDrained?.()
  }
  until.then(release, release)
}
