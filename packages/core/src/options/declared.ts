import { inspect, isDeepStrictEqual } from 'node:util'
import { ZerodownError } from '../errors.ts'
import type { Options, Settings } from './options.ts'
import { resolve } from './resolve.ts'
import { validate } from './validate.ts'

/** The options of an instance, as its entry points have given them. */
export class DeclaredOptions {
  #declared: Options = {}
  #defaults: Options = {}

  /** With every default filled in. */
  get settings(): Settings {
    return resolve({ ...this.#defaults, ...this.#declared })
  }

  /** @param defaults in place of the usual ones; of two for the same option, the first counts */
  add(options: Options, defaults: Options = {}): void {
    this.#declared = merge(this.#declared, options)
    this.#defaults = { ...defaults, ...this.#defaults }
  }

  checkUnchanged(options: Options): void {
    checkUnchanged(this.settings, this.#declared, options)
  }
}

/**
 * Adds options to those that were declared before.
 * @throws {ZerodownError} `ERR_ZERODOWN_OPTION` for an option that is not valid, `ERR_ZERODOWN_OPTION_CONFLICT` where
 *   the two disagree.
 */
export function merge(declared: Options, added: Options): Options {
  validate(added)
  for (const [name, value] of Object.entries(added)) {
    const before = declared[name as keyof Options]
    if (value === undefined || before === undefined || isDeepStrictEqual(before, value)) continue
    throw conflict(name, before, value)
  }
  return { ...declared, ...defined(added) }
}

/**
 * Checks options that are given after the start: they may be repeated, but not changed.
 * @throws {ZerodownError} `ERR_ZERODOWN_OPTION_CONFLICT`
 */
export function checkUnchanged(settings: Settings, declared: Options, added: Options): void {
  validate(added)
  for (const [name, value] of Object.entries(resolve(defined(added)))) {
    if (added[name as keyof Options] === undefined) continue
    const before = settings[name as keyof Settings]
    if (isDeepStrictEqual(before, value)) continue
    throw conflict(name, declared[name as keyof Options] ?? before, added[name as keyof Options])
  }
}

function defined(options: Options): Options {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
}

function conflict(name: string, before: unknown, now: unknown): ZerodownError {
  return new ZerodownError(
    'ERR_ZERODOWN_OPTION_CONFLICT',
    `${name}: is ${inspect(before)} already, and now ${inspect(now)} is asked for. Options belong to the process: ` +
      'give each of them once, or the same everywhere.',
  )
}
