import type { ProcessStatus } from '@zerodown/core/supervision'
import { emptyStatus, within } from '@zerodown/core/supervision'
import type { Slot } from './slot.ts'
import type { WorkerProcess } from './worker-process.ts'

/** How long a worker, which may hang, has to say how far it is. ms */
const PATIENCE = 1000

/** The processes of a slot before that generation, which have not ended yet. */
export const predecessorsIn = ({ processes }: Slot, generation = 0): WorkerProcess[] =>
  [...processes].filter((process) => process.generation < generation)

/** What the processes of a slot tell of themselves. @param processes by default all of them */
export const statusOfSlot = (
  slot: Slot,
  processes: Iterable<WorkerProcess> = slot.processes,
): Promise<ProcessStatus[]> =>
  Promise.all([...processes].map((process) => statusOf(process, slot.number, process === slot.current)))

/** What a worker tells of itself. @param inCharge whether it is in charge of its slot */
async function statusOf(worker: WorkerProcess, slot: number, inCharge: boolean): Promise<ProcessStatus> {
  const asked = worker.channel.ask({ type: 'status-asked' })
  const answered = await within(PATIENCE, asked)
  const told = answered ? await asked : undefined
  if (told !== undefined && told !== null) return told as ProcessStatus
  return {
    pid: worker.pid ?? 0,
    slot,
    generation: worker.generation,
    // One in which nothing listens yet has nobody who could say more.
    state: told === null && !inCharge ? 'starting' : 'unresponsive',
    since: worker.started,
    started: worker.started,
    memory: 0,
    warnings: [],
    weaknesses: [],
    inCharge,
    ...emptyStatus(),
  }
}
