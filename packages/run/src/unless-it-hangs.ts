import { within } from '@zerodown/core/supervision'
import type { SlotHost } from './slot-host.ts'
import type { WorkerProcess } from './worker-process.ts'

/** How often a process is asked whether it answers, ms. */
const PACE = 1000

/**
 * Waits for something that a process does. One whose event loop is blocked would keep everybody waiting, so that one is
 * killed, by which `done` has to come.
 * @param slot that of the process
 */
export async function unlessItHangs<Done>(
  slot: number,
  process: WorkerProcess,
  host: SlotHost,
  done: Promise<Done>,
): Promise<Done> {
  const patience = process.times?.readyTimeout ?? host.readyTimeout
  while (!(await within(PACE, done))) {
    // Its size is the least that every worker can tell. One that has closed its channel cannot be asked.
    const answered = process.channel.ask({ type: 'memory' })
    if (await within(patience, Promise.race([answered, done]))) continue
    host.hangs(slot, process, patience)
    process.kill('SIGKILL')
    break
  }
  return done
}
