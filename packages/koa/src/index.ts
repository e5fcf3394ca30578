import type { RequestListener, Server } from 'node:http'
import { createServer } from 'node:http'
import type { Options, Zerodown } from '@zerodown/core'
import { zerodown } from '@zerodown/core'
import { declare } from '@zerodown/core/adapter'

export type { KoaContext, KoaMiddleware } from './health.ts'
export { health } from './health.ts'

/** A Koa application of any version: it makes a request listener, and has a `listen()` of its own. */
export interface KoaApplication {
  callback(): RequestListener
  listen(...args: never[]): unknown
}

/**
 * Makes `app.listen()` start a server that restarts without losing a request. Signature and callback stay as they are
 * in Koa 2 and 3. Nothing happens before `listen()`, and middleware may be added until then.
 * @param instance the one to be in charge of the process. Default: the instance that `zerodown` exports
 * @returns the same application
 * @throws {ZerodownError} `ERR_ZERODOWN_OPTION` or `ERR_ZERODOWN_OPTION_CONFLICT`
 */
export function koa<App extends KoaApplication>(app: App, options: Options = {}, instance: Zerodown = zerodown): App {
  declare(instance, options)
  const listen = (...args: unknown[]): Server => {
    const server = instance.attach(createServer(app.callback()))
    return Reflect.apply(server.listen, server, args)
  }
  return Object.assign(app, { listen })
}
