import type { LookupAddress } from 'node:dns'
import { lookup } from 'node:dns'
import type { AddressInfo, ListenOptions, Server } from 'node:net'
import { Server as TlsServer } from 'node:tls'
import type { Zerodown } from '@zerodown/core'
import { additionalListener } from '@zerodown/core/adapter'
import type { FastifyInternals } from './application.ts'

/** What Fastify calls `server.listen()` with. */
interface FastifyListenOptions extends ListenOptions {
  listenTextResolver?: (address: string) => string
}

/**
 * Makes one server listen on all addresses of `localhost`. Fastify itself makes a server for each, which no plugin can
 * see and no successor could inherit. So Fastify is given the first address only, and the others become additional
 * addresses of its one server.
 */
export function listenOnAllOfLocalhost(instance: Zerodown, fastify: FastifyInternals): void {
  const { server } = fastify
  const additional: Server[] = []
  const listen = server.listen
  const listenOnAll = (...args: unknown[]): Server => {
    const [options] = args
    if (!isLocalhost(options)) return Reflect.apply(listen, server, args)
    lookup('localhost', { all: true }, (error, addresses) => {
      const [first, ...others] = error === null ? distinct(addresses) : []
      // Fastify reads this again to find what else to listen on.
      if (first !== undefined) options.host = first
      server.once('listening', () =>
        additional.push(...others.map((host) => listenAlso(instance, fastify, options, host))),
      )
      try {
        Reflect.apply(listen, server, args)
      } catch (failure) {
        server.emit('error', failure) // `listen()` has returned, so there is nobody to throw it to.
      }
    })
    return server
  }
  Object.defineProperty(server, 'listen', { value: listenOnAll, configurable: true, writable: true })
  doTogether(server, additional)
  tellAddresses(fastify, additional)
}

const isLocalhost = (options: unknown): options is FastifyListenOptions =>
  typeof options === 'object' && options !== null && 'host' in options && options.host === 'localhost'

const distinct = (addresses: readonly LookupAddress[]): string[] => [
  ...new Set(addresses.map(({ address }) => address)),
]

function listenAlso(
  instance: Zerodown,
  fastify: FastifyInternals,
  options: FastifyListenOptions,
  host: string,
): Server {
  const { port } = fastify.server.address() as AddressInfo
  const additional = additionalListener(instance, fastify.server)
  const { listenTextResolver = (address: string) => `Server listening at ${address}` } = options
  const protocol = fastify.server instanceof TlsServer ? 'https' : 'http'
  const shown = `${host.includes(':') ? `[${host}]` : host}:${port}`
  additional.once('listening', () => fastify.log.info(listenTextResolver(`${protocol}://${shown}`)))
  additional.on('error', (error) =>
    fastify.log.warn(`not listening on ${shown}, which is localhost as well: ${error.message}`),
  )
  return additional.listen({ ...options, host, port })
}

/** Makes `close()`, `ref()` and `unref()` of the server apply to its additional addresses as well. */
function doTogether(server: Server, additional: readonly Server[]): void {
  for (const name of ['close', 'ref', 'unref'] as const) {
    const original: (...args: never[]) => Server = server[name]
    const together = (...args: unknown[]): Server => {
      for (const one of additional) one[name]()
      return Reflect.apply(original, server, args)
    }
    Object.defineProperty(server, name, { value: together, configurable: true, writable: true })
  }
}

/**
 * Adds the additional addresses to `addresses()`. The server's own comes last, as with the servers that Fastify makes.
 */
function tellAddresses(fastify: FastifyInternals, additional: readonly Server[]): void {
  let owner = fastify
  // Contexts inherit the method from the application, which alone has it itself.
  while (!Object.hasOwn(owner, 'addresses')) owner = Object.getPrototypeOf(owner) as FastifyInternals
  const addresses = owner.addresses
  owner.addresses = function (this: FastifyInternals) {
    const also = additional.filter(({ listening }) => listening).map((one) => one.address())
    return [...also, ...Reflect.apply(addresses, this, [])]
  }
}
