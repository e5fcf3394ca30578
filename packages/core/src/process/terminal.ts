import type { Ancestor } from './ancestors.ts'
import { procStat } from './proc-stat.ts'
import { endsWithItsChild } from './programs.ts'

/**
 * Whether the terminal hangs up when this process ends. When the leader of a terminal's session ends, the kernel sends
 * SIGHUP to all in the foreground, a successor included. The leader is this process in `tmux new -d 'node server.js'`
 * and `ssh -t host node server.js`, or a shell that ends with it. A shell that somebody types into stays. Known on
 * Linux only (proc(5)).
 */
export function hangsUpWithThis(ancestors: () => readonly Ancestor[] | undefined): boolean {
  const { session, terminal = 0 } = procStat('self') ?? {}
  if (terminal === 0) return false
  if (session === process.pid) return true
  const above = ancestors() ?? []
  const leader = above.findIndex(({ pid }) => pid === session)
  return leader !== -1 && above.slice(0, leader + 1).every(endsWithItsChild)
}
