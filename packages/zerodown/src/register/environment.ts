import { inspect } from 'node:util'
import type { Options } from '@zerodown/core'
import { ZerodownError, validate } from '@zerodown/core'
import { nearest } from './nearest.ts'
import type { Variable } from './variables.ts'
import { variables } from './variables.ts'

const PREFIX = 'ZERODOWN_'

/** Variables of that prefix by which processes tell each other something: no options. */
export const REGISTERED = 'ZERODOWN_REGISTERED'
const INTERNAL: ReadonlySet<string> = new Set(['ZERODOWN_INHERITANCE', REGISTERED])

/** One variable and the option, or the part of one, that it says. */
interface Entry {
  readonly name: string
  readonly option: string
  readonly part: string | undefined
  readonly variable: Variable<unknown>
}

const entries: readonly Entry[] = Object.entries(variables).flatMap<Entry>(([option, of]) =>
  isVariable(of)
    ? [{ name: nameOf(option), option, part: undefined, variable: of }]
    : Object.entries(of as Record<string, unknown>).flatMap(([part, variable]) =>
        isVariable(variable) ? [{ name: nameOf(option, part), option, part, variable }] : [],
      ),
)

/**
 * The options that the environment says. A variable that is empty says nothing.
 * @throws {ZerodownError} `ERR_ZERODOWN_OPTION`, naming the variable, what it wants and what it got
 */
export function readOptions(env: NodeJS.ProcessEnv): Options {
  refuseUnknown(env)
  const options: Record<string, unknown> = {}
  for (const entry of entries) {
    const text = env[entry.name]
    if (text === undefined || text === '') continue
    const { option, part } = entry
    const value = read(entry, text)
    options[option] = part === undefined ? value : { ...(options[option] as object | undefined), [part]: value }
  }
  try {
    validate(options)
  } catch (error) {
    // Each for itself is right: a signal means two things.
    throw wrong(`the variables ${nameOf('signals')}_* disagree. ${(error as Error).message}`, error)
  }
  return options
}

function read({ name, option, part, variable }: Entry, text: string): unknown {
  const value = variable.read(text)
  try {
    if (value !== undefined) {
      validate({ [option]: part === undefined ? value : { ...alone(option), [part]: value } })
      return value
    }
  } catch (cause) {
    throw wrong(`${name}: wants ${variable.wants}, got ${inspect(text)}.`, cause)
  }
  throw wrong(`${name}: wants ${variable.wants}, got ${inspect(text)}.`)
}

/** A signal must not mean two things; whether it does is to be seen when both parts are there. */
const alone = (option: string): object => (option === 'signals' ? { restart: false, shutdown: false } : {})

function refuseUnknown(env: NodeJS.ProcessEnv): void {
  const known = entries.map(({ name }) => name)
  const unknown = Object.keys(env).find(
    (name) => name.startsWith(PREFIX) && !known.includes(name) && !INTERNAL.has(name),
  )
  if (unknown === undefined) return
  throw wrong(`${unknown}: no such option. Did you mean ${nearest(unknown, known).join(' or ')}?`)
}

const wrong = (message: string, cause?: unknown): ZerodownError =>
  new ZerodownError('ERR_ZERODOWN_OPTION', message, cause === undefined ? undefined : { cause })

function nameOf(...words: string[]): string {
  return PREFIX + words.map((word) => word.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()).join('_')
}

function isVariable(value: unknown): value is Variable<unknown> {
  return typeof value === 'object' && value !== null && 'read' in value
}
