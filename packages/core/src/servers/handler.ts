import type { RequestListener } from 'node:http'

/** What answers requests: a listener of node:http, which an Express application is; or a Koa application, which makes one. */
export type Handler = RequestListener | { callback(): RequestListener }

export const listenerOf = (handler: Handler): RequestListener =>
  typeof handler === 'function' ? handler : handler.callback()
