import { createServer } from 'node:http'
import { createServer as createHttp2Server } from 'node:http2'
import { createServer as createSecure } from 'node:https'
import type { Server } from 'node:net'
import { createServer as createRawServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { explainShortTimeouts } from '../../src/lifecycle/lb-idle-timeout.ts'

/** What is said of a server whose load balancer keeps idle connections for so long. */
const saidOf = (server: Server, lbIdleTimeout: number | undefined): string[] =>
  explainShortTimeouts([{ server, key: 'tcp:[::]:8080' }], { lbIdleTimeout })

const keeping = (keepAliveTimeout: number): Server => createServer({ keepAliveTimeout })

describe('of a server that closes idle connections before the load balancer', () => {
  it('is said how long both keep them, and what to set', () => {
    expect(saidOf(createServer(), 60_000)).toEqual([
      'tcp:[::]:8080: keepAliveTimeout is 5000 ms, and the load balancer keeps idle connections for 60000 ms ' +
        '(lbIdleTimeout). It may send a request on a connection that this server has just closed, and answer 502. ' +
        'Set server.keepAliveTimeout to 65000.',
    ])
  })

  it.each([
    ['a little earlier', keeping(59_999)],
    ['at the same time', keeping(60_000)],
    ['over TLS', createSecure()],
  ])('%s', (_, server) => expect(saidOf(server, 60_000)).toHaveLength(1))

  it('nothing is said where no load balancer was declared', () => {
    expect(saidOf(createServer(), undefined)).toEqual([])
  })
})

it.each([
  ['that closes them later', keeping(60_001)],
  ['that never closes them', keeping(0)],
  ['of HTTP/2 alone', createHttp2Server()],
  ['of no HTTP', createRawServer()],
])('of a server %s, nothing is said', (_, server) => expect(saidOf(server, 60_000)).toEqual([]))
