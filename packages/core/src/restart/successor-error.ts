import type { ZerodownErrorCode } from '../errors.ts'
import { ZerodownError } from '../errors.ts'
import type { GenerationInfo } from '../channel/messages.ts'

/** How far a successor has come. */
export type Stage = 'starting' | 'ready' | 'in charge'

/** Says what went wrong with a successor, what that means for the service, and what to do. */
export function successorError(
  code: ZerodownErrorCode,
  what: string,
  { generation, pid }: GenerationInfo,
  stage: Stage,
  refusal: string | undefined,
): ZerodownError {
  const who = `generation ${generation} (pid ${pid})`
  if (stage === 'in charge') return new ZerodownError(code, `the successor, ${who}, ${what}.`)
  const timedOut = code === 'ERR_ZERODOWN_READY_TIMEOUT'
  const when = timedOut ? '' : stage === 'ready' ? ' in its probation' : ' before it was ready'
  const reason = refusal === undefined ? 'See its output' : `It said: ${refusal}`
  return new ZerodownError(
    code,
    `the restart failed: the successor, ${who}, ${what}${when}. This process serves on as before. ` +
      `${reason}; fix it and restart again.`,
  )
}
