import type { AddressInfo } from 'node:net'
import { Server } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { VERSIONS, closing, instanceOfOnesOwn, pluginFor } from './applications.ts'
import '../../../test/fixtures/localhost.mjs'

afterEach(() => vi.restoreAllMocks())

const familiesOf = (addresses: readonly unknown[]): string[] =>
  addresses.map((address) => (address as AddressInfo).family).toSorted()

/** What the plugin relies on in Fastify beyond its documentation. */
describe.each(VERSIONS)('%s on localhost, which is two addresses', (_, Fastify) => {
  it('makes no server of its own for the second one: it looks at the host again when the first one listens', async () => {
    const listens = vi.spyOn(Server.prototype, 'listen')
    const app = closing(Fastify())
    await app.register(pluginFor(instanceOfOnesOwn()))
    await app.listen({ port: 0, host: 'localhost' })
    expect(familiesOf(app.addresses())).toEqual(['IPv4', 'IPv6'])
    expect(listens).toHaveBeenCalledTimes(2)
  })

  it('tells both, also where the plugin was registered in a context', async () => {
    const app = closing(Fastify())
    app.register(async (context) => {
      await context.register(pluginFor(instanceOfOnesOwn()))
    })
    await app.listen({ port: 0, host: 'localhost' })
    await vi.waitFor(() => expect(familiesOf(app.addresses())).toEqual(['IPv4', 'IPv6']))
  })
})
