import { readFileSync, readdirSync } from 'node:fs'
import type { Finding } from './findings.ts'
import { blocks, weakens } from './findings.ts'

/** Each connection takes a descriptor; a restart needs some more. */
const FEW_DESCRIPTORS = 4096

/** How much of them may be in use. */
const SHARE = 0.7

/**
 * What the system knows of a process (Linux only).
 * @param supervised whether `zerodown run` stays in its place
 */
export function findingsOfProcess(pid: number, supervised: boolean): Finding[] {
  const findings: Finding[] = []
  const limit = Number(/^Max open files\s+(\d+)/m.exec(read(pid, 'limits') ?? '')?.[1] ?? Number.POSITIVE_INFINITY)
  const open = descriptorsOf(pid)
  if (open !== undefined && open > limit * SHARE) {
    findings.push(
      weakens(
        `process ${pid} has ${open} of ${limit} descriptors open: soon it can accept no connection, and start no successor.`,
        'Raise the limit: ulimit -n, or LimitNOFILE= in systemd.',
      ),
    )
  } else if (limit < FEW_DESCRIPTORS) {
    findings.push(
      weakens(
        `process ${pid} may open ${limit} descriptors. Each connection takes one.`,
        'Raise the limit: ulimit -n, or LimitNOFILE= in systemd.',
      ),
    )
  }
  if (!supervised && environmentOf(pid).has('pm_id')) {
    findings.push(
      blocks(
        `pm2 has started process ${pid}, and starts a second server when this one leaves for its successor.`,
        'Have pm2 start zerodown run, which stays: docs/run.md, "Under pm2".',
      ),
    )
  }
  return findings
}

function descriptorsOf(pid: number): number | undefined {
  try {
    return readdirSync(`/proc/${pid}/fd`).length
  } catch {
    return undefined // It is somebody else's, or this system has no /proc.
  }
}

/** What it was started with (proc(5)). */
export const environmentOf = (pid: number): ReadonlyMap<string, string> =>
  new Map(
    (read(pid, 'environ') ?? '')
      .split('\0')
      .map((variable) => variable.split(/=(.*)/s).slice(0, 2) as [string, string]),
  )

function read(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return undefined
  }
}
