import { beginRun, findOfRun } from '../../packages/adapter-suite/src/processes/marker.ts'
import { inspectProcess } from '../../packages/adapter-suite/src/processes/processes.ts'

export function setup(): void {
  beginRun()
}

/** Whatever became of the tests, no process outlives them; and that one did is a failure of the run. */
export function teardown(): void {
  const left = findOfRun()
  for (const pid of left) {
    // It may have ended since.
    if (inspectProcess(pid) !== undefined) process.kill(pid, 'SIGKILL')
  }
  if (left.length === 0) return
  console.error(`The tests left processes behind, which were killed: ${left.join(', ')}`)
  // An error thrown here would be printed, but would not fail the run.
  process.exitCode = 1
}
