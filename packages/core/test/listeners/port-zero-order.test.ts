import { describe, expect, it } from 'vitest'
import type { ListenTarget } from '../../src/listeners/listen-target.ts'
import { PortZeroOrder } from '../../src/listeners/port-zero-order.ts'

const tcp = (host: string, port: number): ListenTarget => ({ kind: 'tcp', host, port, ipv6Only: false })

describe('the calls for port 0', () => {
  it('are numbered from 1, those of each host by themselves', () => {
    const order = new PortZeroOrder()
    const hosts = ['', '127.0.0.1', '', '', '127.0.0.1']
    expect(hosts.map((host) => order.next(tcp(host, 0)))).toEqual([1, 1, 2, 3, 2])
  })

  it('are all that is numbered: others are told apart by what they ask for', () => {
    const order = new PortZeroOrder()
    const others: (ListenTarget | undefined)[] = [
      tcp('', 80),
      { kind: 'unix', path: '/a' },
      { kind: 'fd', fd: 3 },
      undefined,
    ]
    expect(others.map((asked) => order.next(asked))).toEqual([undefined, undefined, undefined, undefined])
    expect(order.next(tcp('', 0))).toBe(1)
  })
})
