import type { HealthHandler, HealthOptions, Zerodown } from '@zerodown/core'
import { zerodown } from '@zerodown/core'

/**
 * Makes a middleware: `app.use(health())`. It answers `/livez` and `/readyz`, below the path that it is used at.
 * @param instance the one whose health it is. Default: the instance that `zerodown` exports
 * @throws {ZerodownError} `ERR_ZERODOWN_OPTION`
 */
export const health = (options?: HealthOptions, instance: Zerodown = zerodown): HealthHandler =>
  instance.health(options)
