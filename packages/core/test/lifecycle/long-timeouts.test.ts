import { createServer } from 'node:http'
import { createSecureServer as createHttp2Server } from 'node:http2'
import { createServer as createSecure } from 'node:https'
import type { Server } from 'node:net'
import { createServer as createRawServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { explainLongTimeouts } from '../../src/lifecycle/long-timeouts.ts'

/** What is said of a server that drains for 20 s. */
const saidOf = (server: Server, handover = true): string[] =>
  explainLongTimeouts([{ server, key: 'tcp:[::]:8080' }], { drainTimeout: 20_000, handover }).map(
    ({ what, advice }) => `${what} ${advice}`,
  )

const AFTER =
  'one that is idle is closed at the end of drainTimeout: so long it takes, and a request that its client sends at that ' +
  'moment is lost.'

describe('of a server that keeps idle connections for longer than a drain lasts', () => {
  it('is said what that means for those that cannot move', () => {
    expect(saidOf(createSecure({ keepAliveTimeout: 65_000 }))).toEqual([
      `tcp:[::]:8080: keepAliveTimeout is 65000 ms, and drainTimeout is 20000 ms. At a restart and at a stop ${AFTER} ` +
        'Set drainTimeout to more than 66000; or a shorter keepAliveTimeout, if no load balancer needs this one.',
    ])
  })

  it('is said that those move which can, and stay at a stop', () => {
    expect(saidOf(createServer({ keepAliveTimeout: 65_000 }))).toEqual([
      expect.stringContaining(`At a restart its connections move; at a stop ${AFTER}`),
    ])
  })

  it.each<[string, Server, boolean?]>([
    ['the handover is switched off', createServer({ keepAliveTimeout: 65_000 }), false],
    ['something else reads them first', createServer({ keepAliveTimeout: 65_000 }).removeAllListeners('connection')],
    [
      'it speaks HTTP/2 as well',
      Object.assign(createHttp2Server({ allowHTTP1: true }), { keepAliveTimeout: 65_000 }) as unknown as Server,
    ],
  ])('is said that none moves where %s', (_, server, handover) => {
    expect(saidOf(server, handover)).toEqual([expect.stringContaining(`At a restart and at a stop ${AFTER}`)])
  })

  it('is said that it never closes one', () => {
    expect(saidOf(createServer({ keepAliveTimeout: 0 }))).toEqual([
      expect.stringMatching(
        /: it never closes an idle connection by itself, .* Set server\.keepAliveTimeout to less than/,
      ),
    ])
  })

  it('Node’s own delay counts', () => {
    expect(saidOf(createServer({ keepAliveTimeout: 19_001 }))).toHaveLength(1)
    expect(saidOf(createServer({ keepAliveTimeout: 19_000 }))).toEqual([])
  })
})

it.each<[string, Server]>([
  ['with Node’s own timeouts', createServer()],
  ['of HTTP/2 alone', createHttp2Server() as unknown as Server],
  ['of no HTTP', createRawServer()],
])('of a server %s, nothing is said', (_, server) => expect(saidOf(server)).toEqual([]))
