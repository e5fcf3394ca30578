import type { Server } from 'node:net'
import type { Options, Zerodown } from '@zerodown/core'
import { ZerodownError } from '@zerodown/core'
import { declare } from '@zerodown/core/adapter'
import fastifyPlugin from 'fastify-plugin'
import type { FastifyApplication, FastifyInternals } from './application.ts'
import { listenOnAllOfLocalhost } from './localhost.ts'
import { loggerOver } from './logger.ts'

/** What `fastify.register()` takes. */
export interface FastifyPlugin {
  (fastify: FastifyApplication, options: Options): Promise<void>
}

/** The instance of each server. The plugin may meet a server again, in another context of the same application. */
const inCharge = new WeakMap<Server, Zerodown>()

/**
 * Makes the Fastify plugin of an instance. In Fastify 4 and 5 it makes `fastify.listen()` start a server that restarts
 * without losing a request, whatever that server is (`http2`, `https`, `serverFactory`), and decorates the application
 * with `zerodown`. When the process ends, it drains first and calls `fastify.close()` last: a closing Fastify answers
 * 503. Log lines go to `fastify.log`, unless another `logger` is given.
 *
 * It may be registered in any context, and more than once: a server belongs to the whole application. It has to be
 * registered before `fastify.listen()`; Fastify takes no plugin later.
 * @throws {ZerodownError} `register()` rejects with `ERR_ZERODOWN_OPTION`, `ERR_ZERODOWN_OPTION_CONFLICT`,
 *   `ERR_ZERODOWN_ALREADY_ACTIVE` or `ERR_ZERODOWN_ALREADY_LISTENING`
 */
export function pluginFor(instance: Zerodown): FastifyPlugin {
  const plugin: FastifyPlugin = async (application, options) => {
    const fastify = application as FastifyInternals
    declare(instance, options, { logger: loggerOver(fastify) })
    attach(instance, fastify)
    if (fastify.zerodown !== instance) fastify.decorate('zerodown', instance)
  }
  return fastifyPlugin(plugin, { fastify: '4.x || 5.x', name: '@zerodown/fastify' })
}

function attach(instance: Zerodown, fastify: FastifyInternals): void {
  const { server } = fastify
  const before = inCharge.get(server)
  if (before === instance) return
  if (before !== undefined) {
    throw new ZerodownError(
      'ERR_ZERODOWN_ALREADY_ACTIVE',
      'register: another zerodown instance has this server. Register one instance only.',
    )
  }
  instance.attach(server)
  inCharge.set(server, instance)
  listenOnAllOfLocalhost(instance, fastify)
  closeLast(instance, fastify)
}

/**
 * Closes Fastify as a shutdown hook. Only once it listens: an application that is only injected into must leave nothing
 * behind.
 */
function closeLast(instance: Zerodown, fastify: FastifyInternals): void {
  let takeBack = (): void => {}
  fastify.server.once('listening', () => {
    takeBack = instance.onShutdown(() => fastify.close())
  })
  fastify.addHook('onClose', async () => takeBack())
}
