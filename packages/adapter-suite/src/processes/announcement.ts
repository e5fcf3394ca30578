/** What a generation prints when it listens. */
export interface Announcement {
  pid: number
  /** As it says itself; a program that knows of none is numbered as it comes. */
  generation: number
  /** In the order of ADDRESS: `{ address, port, family }` on TCP, the path on a unix socket. */
  listening: (string | { address: string; port: number; family: string })[]
}

/** What a fixture prints when it exits. */
export interface Farewell {
  pid: number
  exit: number
}

const EXAMPLE = /^(?:generation (\d+), )?pid (\d+): listening on (?:http|tcp):\/\/(.+):(\d+)$/

/**
 * Fixtures speak JSON, examples speak to people.
 * @param next the generation of one that does not know which it is
 */
export function readAnnouncement(line: string, next = 1): Announcement | undefined {
  const said = readJson(line)
  if (isRecord(said) && 'listening' in said) return { generation: next, ...said } as unknown as Announcement
  const [, generation = next, pid, address, port] = EXAMPLE.exec(line) ?? []
  if (address === undefined) return undefined
  const family = address.includes(':') ? 'IPv6' : 'IPv4'
  return { pid: Number(pid), generation: Number(generation), listening: [{ address, port: Number(port), family }] }
}

export function readFarewell(line: string): Farewell | undefined {
  const said = readJson(line)
  return isRecord(said) && 'exit' in said ? (said as unknown as Farewell) : undefined
}

function readJson(line: string): unknown {
  if (!line.startsWith('{')) return undefined
  try {
    return JSON.parse(line)
  } catch {
    return undefined // Something else in braces: an error's details.
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
