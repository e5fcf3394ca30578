import { inspect } from 'node:util'
import { ZerodownError } from '../errors.ts'
import type { Options } from './options.ts'
import type { Place } from './table.ts'
import { singles } from './table.ts'

/** What a variable of the environment begins with that gives an option. */
export const VARIABLE_PREFIX = 'ZERODOWN_'

/** What texts call an option. */
export interface TextNames {
  /** In the environment: `ZERODOWN_DRAIN_TIMEOUT`. */
  readonly variable: string
  /** In a command, behind `--`: `drain-timeout`. */
  readonly flag: string
}

/** An option, or a part of one, that a text can give. */
export interface TextOption extends TextNames {
  readonly place: Place
  /** What the text has to be. */
  readonly wants: string
  /** @returns `undefined` for a text that does not give a value that is accepted */
  read(text: string): unknown
}

/** How the option in this place is called where a text gives it. */
export function textNames(place: Place): TextNames {
  const words = place.flatMap((name = '') => name.split(/(?=[A-Z])/)).map((word) => word.toLowerCase())
  return { variable: VARIABLE_PREFIX + words.join('_').toUpperCase(), flag: words.join('-') }
}

/** Every option that a text can give, in the order of the table. */
export const textOptions: readonly TextOption[] = singles.flatMap(({ place, type }) => {
  const { text } = type
  if (text === undefined) return []
  const read = (given: string): unknown => {
    const value = text.read(given)
    return type.accepts(value) ? value : undefined
  }
  return [{ ...textNames(place), place, wants: text.wants ?? type.wants, read }]
})

/**
 * The options that texts give. Whether they agree with each other is left to `validate`.
 * @param textOf the text that gives an option, if there is one
 * @param calledAs what an error calls the option: its variable or its flag
 * @throws {ZerodownError} `ERR_ZERODOWN_OPTION`, naming the option, what it wants and what it got
 */
export function readTexts(
  textOf: (option: TextOption) => string | undefined,
  calledAs: (option: TextOption) => string,
): Options {
  const options: Record<string, unknown> = {}
  for (const option of textOptions) {
    const text = textOf(option)
    if (text === undefined) continue
    const value = option.read(text)
    if (value === undefined) {
      const message = `${calledAs(option)}: wants ${option.wants}, got ${inspect(text)}.`
      throw new ZerodownError('ERR_ZERODOWN_OPTION', message)
    }
    const [name, part] = option.place
    options[name] = part === undefined ? value : { ...(options[name] as object | undefined), [part]: value }
  }
  return options
}
