import type { RequestListener } from 'node:http'

/**
 * What answers requests: a request listener of node:http, as an Express application is one; or a Koa application, which
 * makes one.
 */
export type Handler = RequestListener | { callback(): RequestListener }

export const listenerOf = (handler: Handler): RequestListener =>
  typeof handler === 'function' ? handler : handler.callback()
