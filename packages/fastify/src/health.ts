import type { HealthOptions, Zerodown } from '@zerodown/core'
import { zerodown } from '@zerodown/core'
import type { HealthRequest } from '@zerodown/core/adapter'
import { healthOf } from '@zerodown/core/adapter'

/** The parts of Fastify that the routes need, whatever its version. */
interface Reply {
  code(status: number): Reply
  headers(values: Record<string, string>): Reply
  send(body?: string): Reply
}

interface Routes {
  route(options: {
    method: 'GET'
    url: string
    exposeHeadRoute: true
    handler(request: { readonly raw: HealthRequest }, reply: Reply): Promise<Reply>
  }): unknown
}

/** What `fastify.register()` takes. */
export type FastifyHealth = (fastify: object, options: object) => Promise<void>

/**
 * Makes a plugin: `fastify.register(health())`. It adds the routes `/livez` and `/readyz`, below the prefix that it is
 * registered with.
 * @param instance the one whose health it is. Default: the instance that `zerodown` exports
 * @throws {ZerodownError} `ERR_ZERODOWN_OPTION`
 */
export function health(options?: HealthOptions, instance: Zerodown = zerodown): FastifyHealth {
  const answers = healthOf(instance, options)
  return async (fastify) => {
    for (const url of answers.paths) {
      ;(fastify as Routes).route({
        method: 'GET',
        url,
        exposeHeadRoute: true,
        async handler({ raw }, reply) {
          const answer = await answers.answer(raw, url)
          return answer === undefined ? reply : reply.code(answer.status).headers(answer.headers).send(answer.body)
        },
      })
    }
  }
}
