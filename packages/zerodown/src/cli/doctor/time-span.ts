const SECOND = 1000
const DAY = 86_400 * SECOND

/** The units in which systemd writes, systemd.time(7). A month and a year are of average length. ms */
const UNITS: Readonly<Record<string, number>> = {
  us: 0.001,
  ms: 1,
  s: SECOND,
  min: 60 * SECOND,
  h: 3600 * SECOND,
  d: DAY,
  w: 7 * DAY,
  month: 30.44 * DAY,
  y: 365.25 * DAY,
}

/** What a time span such as `1min 30s` is in ms; `undefined`: it is none. */
export function timeSpan(text: string): number | undefined {
  if (text === 'infinity') return Number.POSITIVE_INFINITY
  const parts = text.split(' ').map(part)
  return parts.every((one) => one !== undefined) ? parts.reduce((sum, one) => sum + one, 0) : undefined
}

function part(text: string): number | undefined {
  const [, number, unit = ''] = /^([\d.]+)([a-z]+)$/.exec(text) ?? []
  const factor = UNITS[unit]
  return number === undefined || factor === undefined ? undefined : Number(number) * factor
}
