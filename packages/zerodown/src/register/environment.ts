import type { Options } from '@zerodown/core'
import { ZerodownError } from '@zerodown/core'
import { VARIABLE_PREFIX, readTexts, textNames, textOptions, validate } from '@zerodown/core/adapter'
import { nearest } from './nearest.ts'

/** Variables with the same prefix that are no options: processes tell each other something by them. */
export const REGISTERED = 'ZERODOWN_REGISTERED'
const INTERNAL: ReadonlySet<string> = new Set(['ZERODOWN_INHERITANCE', REGISTERED])

/**
 * Reads the options from the environment. An empty variable counts as not set.
 * @throws {ZerodownError} `ERR_ZERODOWN_OPTION`, naming the variable, what it wants and what it got
 */
export function readOptions(env: NodeJS.ProcessEnv): Options {
  refuseUnknown(env)
  const options = readTexts(
    ({ variable }) => (env[variable] === '' ? undefined : env[variable]),
    ({ variable }) => variable,
  )
  try {
    validate(options)
  } catch (error) {
    // Each variable is valid by itself, but one signal means two things.
    throw wrong(`the variables ${textNames(['signals']).variable}_* disagree. ${(error as Error).message}`, error)
  }
  return options
}

function refuseUnknown(env: NodeJS.ProcessEnv): void {
  const known = textOptions.map(({ variable }) => variable)
  const unknown = Object.keys(env).find(
    (name) => name.startsWith(VARIABLE_PREFIX) && !known.includes(name) && !INTERNAL.has(name),
  )
  if (unknown === undefined) return
  throw wrong(`${unknown}: no such option. Did you mean ${nearest(unknown, known).join(' or ')}?`)
}

const wrong = (message: string, cause?: unknown): ZerodownError =>
  new ZerodownError('ERR_ZERODOWN_OPTION', message, cause === undefined ? undefined : { cause })
