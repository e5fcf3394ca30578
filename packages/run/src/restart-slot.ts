import type { Failure, GenerationInfo } from '@zerodown/core/supervision'
import { isFailure } from '@zerodown/core/supervision'
import { failure } from './failure.ts'
import type { Slot } from './slot.ts'

/**
 * Restarts a slot, with a live handover. Where its process has crashed, or does so meanwhile, that waits for the one that
 * takes its place.
 */
export async function restartSlot(slot: Slot): Promise<GenerationInfo | Failure> {
  const { charge } = slot
  const current = charge.holder ?? (await charge.next())
  if (current === undefined && !slot.stopping)
    return failure('ERR_ZERODOWN_NOT_READY', 'no process is in charge of it.')
  const answer = await current?.channel.ask({ type: 'restart-slot' })
  if (answer && !isFailure(answer)) return answer
  // It has ended. Whoever is in charge then was started by the new code.
  const next = answer === undefined ? await charge.next(current) : undefined
  if (next?.pid !== undefined) return { pid: next.pid, generation: next.generation }
  if (slot.stopping) return failure('ERR_ZERODOWN_SHUTTING_DOWN', 'the supervisor is shutting down.')
  return answer ?? failure('ERR_ZERODOWN_RESTART_ABORTED', 'the process in charge has ended before it had handed over.')
}
