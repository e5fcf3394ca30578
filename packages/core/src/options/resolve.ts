import type { Options, Settings } from './options.ts'
import type { Entries } from './table.ts'
import { entries, isGroup } from './table.ts'

/** Fills in every default. The options have to be valid. */
export function resolve(options: Options): Settings {
  // The type of the table sees that each entry makes the setting of its name.
  return settingsOf(entries, options as Record<string, unknown>) as unknown as Settings
}

function settingsOf(of: Entries, values: Record<string, unknown> | false): Record<string, unknown> {
  const settings = Object.entries(of).map(([name, entry]) => {
    const value = values === false ? false : values[name]
    if (isGroup(entry)) return [name, settingsOf(entry.parts, (value ?? {}) as Record<string, unknown> | false)]
    const given = value ?? entry.default
    return [name, given === undefined ? undefined : entry.type.toSetting(given)]
  })
  return Object.fromEntries(settings.filter(([, setting]) => setting !== undefined))
}
