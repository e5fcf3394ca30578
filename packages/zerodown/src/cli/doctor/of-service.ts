import type { ServiceStatus } from '@zerodown/core/supervision'
import type { Finding } from './findings.ts'
import { blocks, weakens } from './findings.ts'

/** What the service itself knows: why it cannot restart, what it has warned of, and who does not answer. */
export function findingsOfService({ noRestart, state, processes, lastRestart, vacant = [] }: ServiceStatus): Finding[] {
  const findings: Finding[] = []
  // Before it serves, and at its end, that is nothing to mend.
  if (noRestart !== undefined && (state === 'serving' || state === 'restarting')) {
    findings.push(blocks(noRestart.message, 'The reason says what to do.'))
  }
  // A supervisor of an older version does not tell them.
  if (state !== 'draining') {
    for (const slot of vacant) {
      const what = `no process is in charge of slot ${slot}: nobody answers there, and a restart would stop there.`
      findings.push(blocks(what, 'The log says why. The next process in its place runs the code that is there then.'))
    }
  }
  if (lastRestart?.outcome === 'failed') {
    findings.push(weakens(`the last restart failed: ${lastRestart.message}`, 'Mend that, and run zerodown reload.'))
  }
  const warnings = new Set(processes.flatMap((process) => process.warnings.map(({ message }) => message)))
  for (const message of warnings) findings.push(weakens(message, 'The server has logged it.'))
  // A process of an older version does not tell them. Those that drain are on their way already.
  const weak = processes.filter(({ state: its }) => its !== 'draining').flatMap(({ weaknesses = [] }) => weaknesses)
  for (const [what, advice] of new Map(weak.map((one) => [one.what, one.advice]))) findings.push(weakens(what, advice))
  for (const { pid, state: its } of processes) {
    if (its !== 'unresponsive') continue
    const what = `process ${pid} does not answer: its event loop is blocked, or it is stopped. It cannot hand over.`
    findings.push(weakens(what, 'Look what it does: a profiler, or zerodown status --watch.'))
  }
  return findings
}
