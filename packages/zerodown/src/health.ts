import type { HealthHandler, HealthOptions, Zerodown } from '@zerodown/core'
import type { FastifyHealth } from '@zerodown/fastify'
import { health as fastifyHealth } from '@zerodown/fastify'
import type { KoaMiddleware } from '@zerodown/koa'
import { health as koaHealth } from '@zerodown/koa'

/**
 * A request listener of node:http, a middleware of Express and of all that work like it, a middleware of Koa, and a
 * plugin for Fastify: it is called by each of them in its own way.
 */
export interface AnyHealthHandler extends HealthHandler, KoaMiddleware, FastifyHealth {}

/** @throws {ZerodownError} `ERR_ZERODOWN_OPTION` */
export function anyHealthHandler(options: HealthOptions | undefined, instance: Zerodown): AnyHealthHandler {
  const handler = instance.health(options)
  const inKoa = koaHealth(options, instance)
  const inFastify = fastifyHealth(options, instance)
  const ways = (...args: unknown[]): unknown => {
    const [first] = args as [object]
    return Reflect.apply(isFastify(first) ? inFastify : isContextOfKoa(first) ? inKoa : handler, undefined, args)
  }
  return ways as AnyHealthHandler
}

// A request has none of these.
const isFastify = (first: object): boolean => 'register' in first && 'route' in first
const isContextOfKoa = (first: object): boolean => 'request' in first && 'response' in first
