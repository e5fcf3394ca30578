import { zerodown } from '@zerodown/core'
import type { FastifyPlugin } from './plugin.ts'
import { pluginFor } from './plugin.ts'
import './decorator.ts'

export type { FastifyApplication } from './application.ts'
export type { FastifyHealth } from './health.ts'
export { health } from './health.ts'
export type { FastifyPlugin } from './plugin.ts'
export { pluginFor } from './plugin.ts'

/** The plugin: `await fastify.register(zerodown, options)`. */
const plugin: FastifyPlugin = pluginFor(zerodown)

export default plugin
