import type { ListenOptions } from 'node:net'
import { readBound } from './bound-socket.ts'
import { resolve } from 'node:path'

/** What a `server.listen()` call asks for, in whichever of Node's forms. */
export type ListenTarget =
  | { kind: 'tcp'; host: string; port: number; ipv6Only: boolean }
  | { kind: 'unix'; path: string }
  | { kind: 'fd'; fd: number }
  /** A socket that a service manager passes, by the name that it has there; the empty one: there is only one. */
  | { kind: 'named'; name: string }

export type PortTarget = ListenTarget & { kind: 'tcp' }

export interface ListenCall {
  /**
   * `undefined` where another process could not tell that it is the same: for handles, but for a `net.BoundSocket` on a
   * port.
   */
  asked: ListenTarget | undefined
  options: ListenOptions
  backlog: number | undefined
  callback: (() => void) | undefined
}

/** Reads the arguments of `server.listen()` the way Node does (https://nodejs.org/api/net.html#serverlisten). */
export function readListenCall(args: readonly unknown[]): ListenCall {
  const last = args.at(-1)
  const callback = typeof last === 'function' ? (last as () => void) : undefined
  const values = callback === undefined ? args : args.slice(0, -1)
  const [first, second, third] = values
  const options = readOptions(first, second)
  const backlog = options.backlog || numberOf(second) || numberOf(third) || undefined
  return {
    asked: readBound(first) ?? readTarget(options, values.length === 0 || first === null || first === undefined),
    options,
    backlog,
    callback,
  }
}

function readOptions(first: unknown, second: unknown): ListenOptions {
  if (typeof first === 'object' && first !== null) return first
  if (isPipeName(first)) return { path: first }
  if (first === null || first === undefined) return { port: 0 }
  return { port: Number(first), ...(typeof second === 'string' ? { host: second } : {}) }
}

function readTarget(options: ListenOptions & { fd?: unknown }, anyPort: boolean): ListenTarget | undefined {
  if ('_handle' in options || 'handle' in options) return undefined
  if (typeof options.fd === 'number' && options.fd >= 0) return { kind: 'fd', fd: options.fd }
  const port = anyPort || ('port' in options && options.port == null) ? 0 : numberOf(options.port)
  if (port !== undefined) {
    return { kind: 'tcp', host: options.host ?? '', port, ipv6Only: options.ipv6Only === true }
  }
  if (!isPipeName(options.path)) return undefined // Node rejects it with its own error.
  const name = nameIn(options.path)
  return name === undefined ? { kind: 'unix', path: absolute(options.path) } : { kind: 'named', name }
}

/** Of `systemd:http`, as a path or an address. It stands where programs take a port, as often from a variable PORT. */
export const nameIn = (text: string): string | undefined =>
  text.startsWith('systemd:') ? text.slice('systemd:'.length) : undefined

const absolute = (path: string): string => (isAbstract(path) ? path : resolve(path))

/** Port 0: the operating system chooses. */
export const asksForAnyPort = (asked: ListenTarget): boolean => asked.kind === 'tcp' && asked.port === 0

/** unix(7): an abstract socket has no file, and is gone when its last holder closes it. */
export const isAbstract = (path: string): boolean => path.startsWith('\0')

/** A string that reads as a number, as the empty one does, is a port to Node, and no path. */
const isPipeName = (value: unknown): value is string => typeof value === 'string' && !(Number(value) >= 0)

function numberOf(value: unknown): number | undefined {
  if (typeof value !== 'number' && typeof value !== 'string') return undefined
  if (typeof value === 'string' && value.trim() === '') return undefined
  const number = Number(value)
  return number >= 0 ? number : undefined
}
