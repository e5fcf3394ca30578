import { inspect } from 'node:util'
import { ZerodownError } from '../errors.ts'
import { isRecord, milliseconds } from '../options/value-types.ts'

/** What a check can know, in the form of `@godaddy/terminus`. */
export interface HealthCheckContext {
  readonly state: {
    /** Whether the service ends. Not in a restart. */
    readonly isShuttingDown: boolean
  }
}

/**
 * Resolves where all is well, with details for the JSON, if there are any. It rejects where something is wrong: then
 * the answer is 503, with the message of the error.
 */
export type HealthCheck = (context: HealthCheckContext) => unknown

/** What `zerodown.health()` takes. */
export interface HealthOptions {
  /** Where this process says that it lives. Default: `'/livez'`. */
  livePath?: string
  /** Where it says whether the service takes requests. Default: `'/readyz'`. */
  readyPath?: string
  /**
   * Checks of the application's own, by their path: `{ '/readyz': async ({ state }) => database.ping() }`. At any other
   * path than these two it answers as at `readyPath`. Default: none.
   */
  healthChecks?: Readonly<Record<string, HealthCheck>>
  /** How long a check may take. Then it has failed. ms, default 5000. */
  checkTimeout?: number
}

/** Options with every default filled in. */
export interface HealthSettings {
  readonly livePath: string
  readonly readyPath: string
  readonly healthChecks: ReadonlyMap<string, HealthCheck>
  readonly checkTimeout: number
}

const isPath = (value: unknown): value is string => typeof value === 'string' && /^\/[^?#\s]*$/.test(value)
const PATH = "a path that begins with '/', and has no query"

/** @throws {ZerodownError} `ERR_ZERODOWN_OPTION`, naming the option, what it wants and what it got */
export function resolveHealth(options: HealthOptions = {}): HealthSettings {
  check('options', options, 'an object', isRecord)
  const { livePath = '/livez', readyPath = '/readyz', healthChecks = {}, checkTimeout = 5000, ...unknown } = options
  const [name] = Object.keys(unknown)
  if (name !== undefined) {
    const known = 'livePath, readyPath, healthChecks, checkTimeout'
    throw new ZerodownError('ERR_ZERODOWN_OPTION', `health: ${name}: no such option. There are: ${known}.`)
  }
  check('livePath', livePath, PATH, isPath)
  check('readyPath', readyPath, `another path than livePath, and ${PATH}`, (path) => isPath(path) && path !== livePath)
  check('checkTimeout', checkTimeout, milliseconds.wants, milliseconds.accepts)
  check('healthChecks', healthChecks, 'an object of functions by their paths', isRecord)
  for (const [path, one] of Object.entries(healthChecks)) {
    check(`healthChecks: ${path}`, path, `a name that is ${PATH}`, isPath)
    check(`healthChecks['${path}']`, one, 'a function', (value) => typeof value === 'function')
  }
  return { livePath, readyPath, checkTimeout, healthChecks: new Map(Object.entries(healthChecks)) }
}

function check(name: string, value: unknown, wants: string, accepts: (value: unknown) => boolean): void {
  if (accepts(value)) return
  throw new ZerodownError('ERR_ZERODOWN_OPTION', `health: ${name}: wants ${wants}, got ${inspect(value)}.`)
}
