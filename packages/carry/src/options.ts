import { inspect } from 'node:util'
import type { GenerationInfo } from '@zerodown/core'
import { ZerodownError } from '@zerodown/core'

export type Awaitable<T> = T | Promise<T>

/** Entries of a state, one after the other. A `Map` is one: its entries are pairs of key and value. */
export type Entries<Entry> = Iterable<Entry> | AsyncIterable<Entry>

/** How a state goes to the successor. */
export interface CarryOptions<Entry> {
  /**
   * Of what the entries look like. If the two processes do not have the same, nothing is taken. Change it when an older
   * release could not read the entries, or this one not those of an older release.
   */
  readonly version: string | number
  /**
   * The entries of this process: anything that the structured clone algorithm takes, but for what is shared
   * (`SharedArrayBuffer`). Called in the old process when the successor asks, once for each restart that is tried. Its
   * entries are walked a few at a time, about 2 ms of work in a turn of the event loop, and each goes as it is at that
   * moment. https://nodejs.org/api/v8.html#serialization-api
   */
  give(): Awaitable<Entries<Entry>>
  /**
   * Takes some of the entries, in order. Called in the successor, once for each slice, and for what `changed()` gave. The
   * next slice waits for the promise that it may return. If it fails, nothing more is taken.
   */
  take(entries: Entry[]): Awaitable<void>
  /**
   * What has changed since `give()` was called, or since `changed()` was called last. Called in the old process: at the
   * commit, each 1000 ms while it drains, and when its last request is answered, before the shutdown hooks. Never before
   * the walk over the entries of `give()` is over. Default: nothing follows.
   */
  changed?(): Awaitable<Entries<Entry>>
  /**
   * How much is given at most: by `give()`, and by each call of `changed()`. The lower one of the two processes counts. What
   * is beyond it does not go along. bytes, default 268_435_456 (256 MiB)
   */
  readonly maxBytes?: number | undefined
  /**
   * How long it may take from the moment when the successor asks until it has all entries of `give()`. What has not come
   * by then does not come. ms, default 30_000
   */
  readonly timeout?: number | undefined
}

/** What came from the predecessor. */
export interface Carried {
  /** How many entries were taken. */
  readonly entries: number
  /** How large they were on their way. */
  readonly bytes: number
  /** The process that gave them. */
  readonly from: GenerationInfo
  /** Whether that was all that its `give()` had. */
  readonly complete: boolean
}

/** The options with their defaults. */
export interface Settings extends Pick<CarryOptions<unknown>, 'version' | 'give' | 'take'> {
  readonly maxBytes: number
  readonly timeout: number
  readonly changed: (() => Awaitable<Entries<unknown>>) | undefined
}

const DEFAULTS = { maxBytes: 256 * 1024 * 1024, timeout: 30_000 }

const LONGEST_TIMER = 2 ** 31 - 1

/** @throws {ZerodownError} `ERR_ZERODOWN_OPTION` */
export function settingsOf(name: string, options: CarryOptions<unknown>): Settings {
  if (typeof name !== 'string' || name === '') refuse('its name', 'a string that is not empty', name)
  if (typeof options !== 'object' || options === null) refuse('its options', 'an object', options)
  const { version, give, take, changed, maxBytes = DEFAULTS.maxBytes, timeout = DEFAULTS.timeout } = options
  if (!['string', 'number'].includes(typeof version)) refuse('version', 'a string or a number', version)
  if (typeof give !== 'function') refuse('give', 'a function', give)
  if (typeof take !== 'function') refuse('take', 'a function', take)
  if (changed !== undefined && typeof changed !== 'function') refuse('changed', 'a function', changed)
  if (!isCount(maxBytes, 2 ** 32)) refuse('maxBytes', 'bytes, a whole number from 1 to 4294967296', maxBytes)
  if (!isCount(timeout, LONGEST_TIMER)) refuse('timeout', `ms, a whole number from 1 to ${LONGEST_TIMER}`, timeout)
  // Called on the object that they stand in, as methods.
  return {
    version,
    give: () => options.give(),
    take: (entries) => options.take(entries),
    changed: changed && (() => Reflect.apply(changed, options, []) as Awaitable<Entries<unknown>>),
    maxBytes,
    timeout,
  }

  function refuse(what: string, expected: string, got: unknown): never {
    throw new ZerodownError(
      'ERR_ZERODOWN_OPTION',
      `carry(${inspect(name)}): ${what} must be ${expected}, not ${inspect(got)}.`,
    )
  }
}

const isCount = (value: unknown, most: number): boolean =>
  Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= most
