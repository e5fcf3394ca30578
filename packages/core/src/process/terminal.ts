import { readFileSync } from 'node:fs'
import type { Ancestor } from './ancestors.ts'
import { endsWithItsChild } from './programs.ts'

/**
 * Whether the end of this process hangs up its terminal: when the leader of a terminal's session ends, the kernel sends
 * SIGHUP to all in the foreground, a successor included. This process is the leader in `tmux new -d 'node server.js'` and
 * `ssh -t host node server.js`, or it is a shell that ends with it; in a shell at which somebody is it is not. Known on
 * Linux only (proc(5)).
 */
export function hangsUpWithThis(ancestors: () => readonly Ancestor[] | undefined): boolean {
  const { session, terminal } = ownSession()
  if (terminal === 0) return false
  if (session === process.pid) return true
  const above = ancestors() ?? []
  const leader = above.findIndex(({ pid }) => pid === session)
  return leader !== -1 && above.slice(0, leader + 1).every(endsWithItsChild)
}

function ownSession(): { session: number; terminal: number } {
  try {
    const stat = readFileSync('/proc/self/stat', 'latin1')
    // The name, in parentheses, may hold anything: the fields start after the last one.
    const [session, terminal] = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(3)
    return { session: Number(session), terminal: Number(terminal) }
  } catch {
    return { session: 0, terminal: 0 }
  }
}
