import type { Server } from 'node:http'
import { createServer } from 'node:http'
import type { Options, Zerodown } from '@zerodown/core'
import { zerodown } from '@zerodown/core'
import { declare } from '@zerodown/core/adapter'

export { health } from './health.ts'

/** An Express application of any version: a request listener with a `listen()` of its own. */
export interface ExpressApplication {
  listen(...args: never[]): unknown
}

/**
 * Makes `app.listen()` start a server that restarts without losing a request. Signature and callback stay as they are
 * in Express 4 and 5. Nothing happens before `listen()`, so `supertest(app)` works as before.
 * @param instance the one to be in charge of the process. Default: the instance that `zerodown` exports
 * @returns the same application
 * @throws {ZerodownError} `ERR_ZERODOWN_OPTION` or `ERR_ZERODOWN_OPTION_CONFLICT`
 */
export function express<App extends ExpressApplication>(
  app: App,
  options: Options = {},
  instance: Zerodown = zerodown,
): App {
  declare(instance, options)
  const listen = (...args: unknown[]): Server => {
    const server = instance.attach(createServer(app as never))
    if (!reportsErrors(app)) return Reflect.apply(server.listen, server, args)
    return Reflect.apply(server.listen, server, withErrorCallback(server, args))
  }
  return Object.assign(app, { listen })
}

/**
 * Express 5 calls the callback of `listen()` with an error as well. Express 4, which still has `lazyrouter`, does not.
 */
const reportsErrors = (app: ExpressApplication): boolean => !('lazyrouter' in app)

/** The callback is called once: when the server listens, or with the error if it cannot. */
function withErrorCallback(server: Server, args: readonly unknown[]): unknown[] {
  const callback = args.at(-1)
  if (typeof callback !== 'function') return [...args]
  let called = false
  const once = (...outcome: unknown[]): void => {
    if (called) return
    called = true
    Reflect.apply(callback, server, outcome)
  }
  server.once('error', once)
  return [...args.slice(0, -1), once]
}
