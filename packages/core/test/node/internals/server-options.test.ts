import { createServer as createHttpServer } from 'node:http'
import type { Server, ServerOpts } from 'node:net'
import { createServer } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { describe, expect, it } from 'vitest'
import { acceptOptions, configuredTicketKeys } from '../../../src/node/internals/server-options.ts'

describe('what a server gives to the sockets that it accepts', () => {
  const options: ServerOpts = { noDelay: true, keepAlive: true, keepAliveInitialDelay: 7000, highWaterMark: 12_345 }

  it.each<[string, Server]>([
    ['node:net, by default', createServer()],
    ['node:net', createServer({ ...options, allowHalfOpen: true })],
    ['node:http, by default', createHttpServer()],
    ['node:http', createHttpServer(options)],
  ])('is what another server gives that is made with it (%s)', (_, server) => {
    const another = createServer(acceptOptions(server))
    expect(acceptOptions(another)).toEqual(acceptOptions(server))
  })

  it('is what its constructor was told', () => {
    expect(acceptOptions(createServer({ ...options, allowHalfOpen: true }))).toEqual({
      ...options,
      allowHalfOpen: true,
    })
  })
})

describe('the ticket keys of a TLS server', () => {
  it('are known to be the application’s own, or random', () => {
    expect(configuredTicketKeys(createTlsServer({ ticketKeys: Buffer.alloc(48, 1) }))).toBe(true)
    expect(configuredTicketKeys(createTlsServer())).toBe(false)
  })
})
