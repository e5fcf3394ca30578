import { setTimeout as wait } from 'node:timers/promises'
import type { Outcome, ServiceStatus } from '@zerodown/core/supervision'
import { CommandError } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { CrowdedError } from './ask.ts'
import type { Line } from './control-client.ts'
import { order, statusAt } from './control-client.ts'

/** How often to ask whether a restart is over that nobody tells of. ms */
const PACE = 200

/** How long a service may take to be found at its control socket again, where one process follows another. ms */
const GAP = 2000

export interface Followed {
  readonly outcome: Outcome
  /** What was told last may be missing: the old process has ended before it said. */
  readonly toldToTheEnd: boolean
}

/**
 * Has a service restart or end, and follows that to its end.
 * @param tell called with each step
 * @param timeout ms; `undefined`: as long as it takes
 * @returns `undefined` where nobody listens
 * @throws {CommandError}
 */
export async function follow(
  control: string,
  what: 'restart' | 'shutdown',
  tell: (line: Line) => void,
  timeout: number | undefined,
): Promise<Followed | undefined> {
  const began = Date.now()
  const cut = timeout === undefined ? new AbortController().signal : AbortSignal.timeout(timeout)
  const lines = await order(control, what, cut).catch((error: unknown) => {
    throw cut.aborted ? unanswered(control, what, timeout) : error
  })
  if (lines === undefined) return undefined
  let last: Line | undefined
  for await (const line of lines) {
    tell(line)
    last = line
    if (line.event === 'done' || line.event === 'failed') return { outcome: line, toldToTheEnd: true }
  }
  if (cut.aborted) throw late(what, timeout)
  if (what === 'shutdown') throw lost('The process has ended before it said how its drain went.')
  return { outcome: await outcomeLater(control, began, last, cut, timeout), toldToTheEnd: false }
}

/** Whoever told of it has ended: as a predecessor does, which passed the restart on, or by a crash. */
async function outcomeLater(
  control: string,
  began: number,
  last: Line | undefined,
  cut: AbortSignal,
  timeout: number | undefined,
): Promise<Outcome> {
  for (let gone = 0; gone < GAP;) {
    if (cut.aborted) throw late('restart', timeout)
    const status = await statusAt(control).catch((error: unknown) => {
      if (error instanceof CrowdedError) return 'unknown' as const
      throw error
    })
    if (status === undefined) gone += PACE
    else if (status !== 'unknown' && status.state === 'serving' && !status.restartQueued)
      return outcomeIn(status, began, last)
    await wait(PACE)
  }
  throw lost('The service is down, unless somebody starts it again. Its log says why.')
}

function outcomeIn({ processes, lastRestart }: ServiceStatus, began: number, last: Line | undefined): Outcome {
  const generations = processes.filter(({ inCharge, state }) => inCharge && state !== 'draining')
  if (lastRestart === undefined || (lastRestart.at < began && last?.event !== 'committed')) {
    throw lost('Another one serves in its place. The log says what became of the restart.')
  }
  const { code = '', message = '' } = lastRestart
  if (lastRestart.outcome === 'failed') return { event: 'failed', code, message }
  const unknown = { finished: 0, handedOver: 0, unconfirmed: 0, closedIdle: 0, cut: 0, duration: 0 }
  return { event: 'done', generations, ledger: unknown }
}

/** The client that gave the order has gone, so that who has not begun it does not begin it. */
const unanswered = (control: string, what: string, timeout = 0): CommandError =>
  new CommandError(
    `after ${timeout} ms the process behind ${control} has not answered (--timeout): it hangs, or is busy. If it has begun ` +
      `the ${what}, that goes on; else it does not begin it any more. zerodown status and the log tell.`,
    { exitCode: EXIT.timedOut },
  )

const late = (what: string, timeout = 0): CommandError =>
  new CommandError(
    `after ${timeout} ms the ${what} is not over (--timeout), and goes on. zerodown status and the log tell how it ends.`,
    { exitCode: EXIT.timedOut },
  )

const lost = (what: string): CommandError =>
  new CommandError(`the process that was asked has ended before it was over. ${what}`, { exitCode: EXIT.lost })
