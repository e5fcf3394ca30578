import type { HealthOptions, Zerodown } from '@zerodown/core'
import { zerodown } from '@zerodown/core'
import type { HealthRequest } from '@zerodown/core/adapter'
import { healthOf } from '@zerodown/core/adapter'

/** The part of Koa's context that the middleware needs. */
export interface KoaContext extends HealthRequest {
  status: number
  body: unknown
  set(headers: Record<string, string>): void
}

export type KoaMiddleware = (context: KoaContext, next: () => Promise<unknown>) => Promise<unknown>

/**
 * Makes a middleware: `app.use(health())`. It answers `/livez` and `/readyz`.
 * @param instance the one whose health it is. Default: the instance that `zerodown` exports
 * @throws {ZerodownError} `ERR_ZERODOWN_OPTION`
 */
export function health(options?: HealthOptions, instance: Zerodown = zerodown): KoaMiddleware {
  const answers = healthOf(instance, options)
  return async (context, next) => {
    const answer = await answers.answer(context)
    if (answer === undefined) return next()
    context.status = answer.status
    context.set(answer.headers)
    context.body = answer.body
    return undefined
  }
}
