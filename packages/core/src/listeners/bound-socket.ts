import type { AddressInfo } from 'node:net'
import * as net from 'node:net'

/** https://nodejs.org/api/net.html#class-netboundsocket, Node 24.19 and 26.4 on. */
interface BoundSocket {
  address(): AddressInfo | string
  close(): void
}

const isBoundSocket = (value: unknown): value is BoundSocket => {
  const { BoundSocket } = net as { BoundSocket?: new () => BoundSocket }
  return BoundSocket !== undefined && value instanceof BoundSocket
}

/** Reads where a `net.BoundSocket` is bound. On a path it has the file already, so nothing there can be inherited. */
export function readBound(value: unknown): { kind: 'tcp'; host: string; port: number; ipv6Only: boolean } | undefined {
  const address = isBoundSocket(value) ? addressOf(value) : undefined
  return address && { kind: 'tcp', host: address.address, port: address.port, ipv6Only: false }
}

/**
 * Closes a `net.BoundSocket`, as an inherited listener is adopted in its place. Both have the same port, by
 * `reusePort`.
 */
export function closeBound(value: unknown): void {
  if (isBoundSocket(value)) value.close()
}

function addressOf(bound: BoundSocket): AddressInfo | undefined {
  try {
    const address = bound.address()
    return typeof address === 'string' ? undefined : address
  } catch {
    return undefined // A server has it already; Node says so itself.
  }
}
