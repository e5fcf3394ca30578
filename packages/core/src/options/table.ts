import { defaultLogger } from '../logger.ts'
import type { ValueType } from './value-types.ts'
import {
  environment,
  generations,
  logger,
  milliseconds,
  oneOf,
  path,
  pathOrFalse,
  signalNames,
  strings,
  trueOrFalse,
} from './value-types.ts'
import type { LaunchOptions, Options, Settings, Signals } from './options.ts'

/** An option with one value, or a part of an option. */
export interface Single<Value, Setting> {
  readonly type: ValueType<Value, Setting>
  /** As it would be given. `undefined` where settings may go without: what stands there is found when it is needed. */
  readonly default: Value | Extract<Setting, undefined>
}

/** An option with parts. */
export interface Group<Parts, PartSettings extends { [Part in keyof Parts]?: unknown }> {
  /** Whether it may be false as a whole, which says that every part is. */
  readonly mayBeFalse: boolean
  readonly parts: { readonly [Part in keyof Parts]-?: Single<NonNullable<Parts[Part]>, PartSettings[Part]> }
}

/** The options that have parts, and those parts. */
interface Groups {
  readonly signals: Signals
  readonly launch: LaunchOptions
}

type Table = {
  readonly [Name in keyof Options]-?: Name extends keyof Groups
    ? Group<Groups[Name], Settings[Name]>
    : Single<NonNullable<Options[Name]>, Settings[Name]>
}

/**
 * Every option, in the order of the documentation. From here follow its checks, its default, and how a text gives it. What
 * it means is said at its type. The compiler sees that both have the same options.
 */
export const table: Table = {
  signals: {
    mayBeFalse: true,
    parts: {
      restart: { type: signalNames, default: 'SIGUSR2' },
      shutdown: { type: signalNames, default: ['SIGTERM', 'SIGINT'] },
      leave: { type: signalNames, default: false },
    },
  },
  readiness: { type: oneOf('auto', 'manual'), default: 'auto' },
  readyTimeout: { type: milliseconds, default: 60_000 },
  probation: { type: milliseconds, default: 1000 },
  drainTimeout: { type: milliseconds, default: 20_000 },
  maxGenerations: { type: generations, default: 4 },
  handover: { type: trueOrFalse, default: true },
  shutdownDelay: { type: milliseconds, default: 0 },
  lbIdleTimeout: { type: milliseconds, default: undefined },
  pidFile: { type: path, default: undefined },
  control: { type: pathOrFalse, default: undefined },
  launch: {
    mayBeFalse: false,
    parts: {
      execPath: { type: path, default: undefined },
      args: { type: strings, default: undefined },
      cwd: { type: path, default: undefined },
      env: { type: environment, default: undefined },
    },
  },
  exit: { type: trueOrFalse, default: true },
  logger: { type: logger, default: defaultLogger },
}

export type AnySingle = Single<unknown, unknown>
export type AnyGroup = Group<Record<string, unknown>, Record<string, unknown>>

/** The table, or the parts of one of its options, for code that treats all of them alike. */
export type Entries = Readonly<Record<string, AnySingle | AnyGroup>>

export const entries: Entries = table

export const isGroup = (entry: AnySingle | AnyGroup): entry is AnyGroup => 'parts' in entry

/** Where a value stands in `Options`: under the name of its option, and that of its part if the option has parts. */
export type Place = readonly [option: string, part?: string]

export interface PlacedSingle extends AnySingle {
  readonly place: Place
}

/** Every value that options can have, those of parts as well, in the order of the table. */
export const singles: readonly PlacedSingle[] = Object.entries(entries).flatMap(([option, entry]) =>
  isGroup(entry)
    ? Object.entries(entry.parts).map(([part, single]) => placed([option, part], single))
    : placed([option], entry),
)

function placed(place: Place, single: AnySingle): PlacedSingle {
  return { place, ...single }
}
