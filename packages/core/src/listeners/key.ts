import type { AddressInfo, Server } from 'node:net'
import { isIPv6 } from 'node:net'
import type { ListenTarget } from './listen-target.ts'

/** A listener's name: `tcp:127.0.0.1:8080`, `tcp::8080` for every host, `unix:/path`, `unix:@abstract`, `fd:3`, `systemd:name`. */
export function keyOf(asked: ListenTarget): string {
  if (asked.kind === 'unix') return `unix:${asked.path.replace(/^\0/, '@')}`
  if (asked.kind === 'fd') return `fd:${asked.fd}`
  if (asked.kind === 'named') return `systemd:${asked.name}`
  return `tcp:${isIPv6(asked.host) ? `[${asked.host}]` : asked.host}:${asked.port}${asked.ipv6Only ? ' (IPv6 only)' : ''}`
}

/** What the listener is bound to, in the same form as what was asked for. */
export function boundTo(
  address: ReturnType<Server['address']>,
  asked: ListenTarget | undefined,
): ListenTarget | undefined {
  if (typeof address === 'string') return { kind: 'unix', path: address }
  if (address === null) return asked
  const ipv6Only = asked?.kind === 'tcp' && asked.ipv6Only
  return { kind: 'tcp', host: (address as AddressInfo).address, port: address.port, ipv6Only }
}

/** Whether `asked` would be bound to `bound`. `host` is that of `asked`, with a name resolved. */
export function meansTheSame(asked: ListenTarget, host: string, bound: ListenTarget): boolean {
  if (asked.kind !== 'tcp' || bound.kind !== 'tcp') return keyOf(asked) === keyOf(bound)
  if (asked.port !== bound.port || asked.port === 0 || asked.ipv6Only !== bound.ipv6Only) return false
  return canonical(host) === canonical(bound.host)
}

/** RFC 5952: one spelling for each IPv6 address. */
function canonical(host: string): string {
  if (!isIPv6(host) || host.includes('%')) return host
  return new URL(`http://[${host}]`).hostname.slice(1, -1)
}
