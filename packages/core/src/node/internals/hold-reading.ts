import type { Handle } from './handles.ts'

/**
 * Keeps a native handle from being read, whatever the socket over it and its server do, until the returned function is
 * called. To be called before there is a socket over it.
 * @returns how to read on, where something has wanted to meanwhile; `undefined` if the handle is of another kind
 */
export function holdReading(connection: object): (() => void) | undefined {
  const handle = connection as Handle
  if (typeof handle.readStart !== 'function' || Object.hasOwn(handle, 'readStart')) return undefined
  let wanted = false
  handle.readStart = () => {
    wanted = true
    return 0
  }
  return () => {
    Reflect.deleteProperty(handle, 'readStart')
    if (wanted) handle.readStart?.()
  }
}
