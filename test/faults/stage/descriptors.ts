import { readFileSync, readdirSync, readlinkSync } from 'node:fs'

/** What a process holds open, the connections of its clients aside: those come and go with the load. */
export function descriptorsOf(pid: number): string[] {
  const held = readdirSync(`/proc/${pid}/fd`).flatMap((fd) => targetOf(`/proc/${pid}/fd/${fd}`) ?? [])
  const lasting = lastingSockets()
  return held.filter((target) => !target.startsWith('socket:') || lasting.has(target)).toSorted()
}

function targetOf(fd: string): string | undefined {
  try {
    return readlinkSync(fd)
  } catch {
    return undefined // Closed since.
  }
}

/** proc(5): what listens, and what has no name, as a channel to a child. An accepted connection is neither. */
function lastingSockets(): Set<string> {
  const tcp = ['tcp', 'tcp6'].flatMap(rowsOf).filter((row) => row[3] === '0A')
  const unix = rowsOf('unix').filter((row) => row[7] === undefined || row[3] === '00010000')
  return new Set([...tcp.map((row) => row[9]), ...unix.map((row) => row[6])].map((inode) => `socket:[${inode}]`))
}

function rowsOf(table: string): string[][] {
  const [, ...rows] = readFileSync(`/proc/net/${table}`, 'utf8').trim().split('\n')
  return rows.map((row) => row.trim().split(/\s+/))
}
