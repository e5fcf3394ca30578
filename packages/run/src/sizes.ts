/** How often a slot may crash. */
export interface CrashLimit {
  readonly crashes: number
  /** ms */
  readonly within: number
}

const UNITS: Readonly<Record<string, number>> = { '': 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3 }

/** Bytes; `undefined` for what is no size. */
export function memoryIn(value: unknown): number | undefined {
  if (typeof value !== 'number' && typeof value !== 'string') return undefined
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)([KMG]?)$/i.exec(String(value)) ?? []
  const bytes = Number(number) * (UNITS[unit.toUpperCase()] ?? 0)
  return bytes > 0 ? bytes : undefined
}

/** `'none'` for none; `undefined` for what is no limit. */
export function crashLimitIn(value: unknown): CrashLimit | 'none' | undefined {
  if (value === 'none') return value
  if (typeof value !== 'string') return undefined
  const [, crashes = '', seconds = ''] = /^(\d+)\/(\d+(?:\.\d+)?)s$/.exec(value) ?? []
  const limit = { crashes: Number(crashes), within: Number(seconds) * 1000 }
  return limit.crashes >= 1 && limit.within > 0 ? limit : undefined
}
