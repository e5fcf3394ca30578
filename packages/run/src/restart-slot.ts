import type { Failure, GenerationInfo } from '@zerodown/core/supervision'
import { isFailure } from '@zerodown/core/supervision'
import { failure } from './failure.ts'
import type { SlotHost } from './slot-host.ts'
import type { Slot } from './slot.ts'
import { unlessItHangs } from './unless-it-hangs.ts'

/**
 * Restarts a slot, with a live handover. Where its process has crashed, or does so meanwhile, that waits for the one that
 * takes its place.
 */
export async function restartSlot(slot: Slot, host: SlotHost): Promise<GenerationInfo | Failure> {
  const { charge } = slot
  const current = charge.holder ?? (await charge.next())
  if (current === undefined && !slot.stopping)
    return failure('ERR_ZERODOWN_NOT_READY', 'no process is in charge of it.')
  const asked = current?.channel.ask({ type: 'restart-slot' })
  const answer = current && asked && (await unlessItHangs(slot.number, current, host, asked))
  if (answer && !isFailure(answer)) return answer
  // It has ended. Whoever is in charge then was started by the new code.
  const next = answer === undefined ? await charge.next(current) : undefined
  if (next?.pid !== undefined) return { pid: next.pid, generation: next.generation }
  if (slot.stopping) return failure('ERR_ZERODOWN_SHUTTING_DOWN', 'the supervisor is shutting down.')
  return answer ?? failure('ERR_ZERODOWN_RESTART_ABORTED', 'the process in charge has ended before it had handed over.')
}
