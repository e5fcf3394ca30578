import type { ListenOptions } from 'node:net'
import { isIPv6 } from 'node:net'
import { inspect } from 'node:util'
import { ZerodownError } from '../errors.ts'
import { nameIn } from './listen-target.ts'

/** What `listenAndServe` takes: `':8080'`, `'127.0.0.1:8080'`, `'[::1]:8080'`, `'unix:/path'`, `'unix:@abstract'`, `'systemd:name'`, a port, or Node's own. */
export type Address = string | number | ListenOptions

/** @throws {ZerodownError} `ERR_ZERODOWN_ADDRESS` */
export function parseAddress(address: Address): ListenOptions {
  if (typeof address === 'object' && address !== null) return address
  if (typeof address === 'number' && isPort(address)) return { port: address }
  if (typeof address === 'string') {
    const parsed = parseText(address)
    if (parsed !== undefined) return parsed
  }
  throw new ZerodownError(
    'ERR_ZERODOWN_ADDRESS',
    "address: wants ':8080', '127.0.0.1:8080', '[::1]:8080', 'unix:/path', 'unix:@name', 'systemd:name', a port from 0 to 65535, or " +
      `the options of server.listen(), got ${inspect(address)}.`,
  )
}

function parseText(address: string): ListenOptions | undefined {
  if (nameIn(address) !== undefined) return { path: address }
  if (address.startsWith('unix:@')) {
    // unix(7): an abstract socket's name starts with a null byte and is no file.
    return address.length > 6 ? { path: `\0${address.slice(6)}` } : undefined
  }
  if (address.startsWith('unix:')) return address.length > 5 ? { path: address.slice(5) } : undefined
  const match = /^(?:\[([^\]]+)\]|([^\s/:[\]]*)):(\d{1,5})$/.exec(address)
  if (match === null) return /^\d{1,5}$/.test(address) ? checkPort({ port: Number(address) }) : undefined
  const [, ipv6, host, port] = match
  if (ipv6 !== undefined && !isIPv6(ipv6)) return undefined
  const name = ipv6 ?? host
  return checkPort(name ? { host: name, port: Number(port) } : { port: Number(port) })
}

const isPort = (port: number): boolean => Number.isInteger(port) && port >= 0 && port <= 65535
const checkPort = (options: { host?: string; port: number }): ListenOptions | undefined =>
  isPort(options.port) ? options : undefined
