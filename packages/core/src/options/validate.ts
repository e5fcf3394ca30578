import { inspect } from 'node:util'
import { ZerodownError } from '../errors.ts'
import type { Check } from './value-types.ts'
import { isRecord } from './value-types.ts'
import type { Options, Settings } from './options.ts'
import { resolve } from './resolve.ts'
import type { AnyGroup, Entries } from './table.ts'
import { entries, isGroup } from './table.ts'

/**
 * Checks one set of options.
 * @throws {ZerodownError} `ERR_ZERODOWN_OPTION`, naming the option, what it wants and what it got.
 */
export function validate(options: Options): void {
  if (!isRecord(options)) {
    throw new ZerodownError('ERR_ZERODOWN_OPTION', `options: wants an object, got ${inspect(options)}.`)
  }
  validateAll('', options, entries)
  checkDistinct(resolve(options).signals)
}

function validateAll(prefix: string, values: Record<string, unknown>, of: Entries): void {
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) continue
    const entry = Object.hasOwn(of, name) ? of[name] : undefined
    if (entry === undefined) {
      const known = Object.keys(of).join(', ')
      throw new ZerodownError('ERR_ZERODOWN_OPTION', `${prefix}${name}: no such option. There are: ${known}.`)
    }
    const check = isGroup(entry) ? checkOf(entry) : entry.type
    if (!check.accepts(value)) {
      const got = inspect(value, { depth: 1, breakLength: Infinity })
      throw new ZerodownError('ERR_ZERODOWN_OPTION', `${prefix}${name}: wants ${check.wants}, got ${got}.`)
    }
    if (isGroup(entry) && isRecord(value)) validateAll(`${prefix}${name}.`, value, entry.parts)
  }
}

function checkOf({ mayBeFalse, parts }: AnyGroup): Check {
  const names = Object.keys(parts)
  const list = `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`
  return {
    wants: `an object with ${list}${mayBeFalse ? ', or false' : ''}`,
    accepts: (value) => isRecord(value) || (mayBeFalse && value === false),
  }
}

function checkDistinct({ restart, shutdown, leave }: Settings['signals']): void {
  for (const [other, signals] of Object.entries({ shutdown, leave })) {
    const both = restart.find((signal) => signals.includes(signal))
    if (both === undefined) continue
    throw new ZerodownError(
      'ERR_ZERODOWN_OPTION',
      `signals: wants each signal to mean one thing, got ${both} for restart and for ${other}.`,
    )
  }
}
