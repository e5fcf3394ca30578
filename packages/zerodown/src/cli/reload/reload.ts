import type { Failed, Outcome } from '@zerodown/core/supervision'
import type { Command } from '../command.ts'
import { CommandError, UsageError, asksForHelp } from '../command.ts'
import { EXIT, EXIT_CODES } from '../exit-codes.ts'
import type { Reporter } from '../output/reporter.ts'
import { reporterFor } from '../output/reporter.ts'
import { duration, ledgerInWords } from '../output/words.ts'
import type { ServiceArguments } from '../service/arguments.ts'
import { WHICH, parseService } from '../service/arguments.ts'
import { findService } from '../service/find-service.ts'
import type { Followed } from '../service/follow.ts'
import { follow } from '../service/follow.ts'
import { nobodyListens } from '../service/nobody.ts'
import { trigger } from '../service/signalling.ts'
import { DEFAULT_TIMEOUT, restartNamedBy } from './by-signal.ts'

const USAGE = `Usage: zerodown reload [--control PATH | --pid-file FILE | PID] [OPTIONS]

Restarts a server into its new code, and tells what happens until the old process has left. If the
new code does not start, the old process serves on, and the exit code is 1. Under zerodown run the
restart stops at the first slot that fails: if slots before it have the new code, the code is 7.

${WHICH}

  --json           Prints a line of JSON for each step.
  --timeout MS     How long to wait for the end. Default: as long as it takes; without a control
                   socket ${DEFAULT_TIMEOUT}.
  --signal NAME    The signal that restarts the server, where it has no control socket.
                   Default: SIGUSR2.
  -h, --help       Prints this.

Without a control socket, only the pid file tells whether another process is in charge, and with a
PID nothing does: then the signal is sent, and the server's log tells the rest.

${EXIT_CODES}`

/** Restarts a server. */
export const reload: Command = {
  usage: USAGE,
  async run(args) {
    if (args.some(asksForHelp)) {
      process.stdout.write(USAGE)
      return EXIT.done
    }
    const given = parseService(args, ['control', 'pid-file', 'json', 'timeout', 'signal'])
    const { control, certain, pidFile, pid } = await findService(given)
    if (pid !== undefined) return signalOnly(pid, given)
    const followed = control === undefined ? undefined : await watched(control, given)
    if (followed !== undefined) return conclude(followed)
    if (certain || pidFile === undefined) throw nobodyListens(control ?? '')
    const { timeout = DEFAULT_TIMEOUT, signal = 'SIGUSR2', json } = given
    const successor = await restartNamedBy(pidFile, signal, timeout)
    process.stdout.write(
      json
        ? `${JSON.stringify({ event: 'done', generations: [{ pid: successor }], at: Date.now() })}\n`
        : `process ${successor} is in charge\n`,
    )
    return EXIT.done
  },
}

function signalOnly(pid: number, { timeout, json, signal = 'SIGUSR2' }: ServiceArguments): number {
  if (timeout !== undefined || json) {
    const which = json ? '--json' : '--timeout'
    throw new UsageError(`${which}: not with a PID, as the end of the restart cannot be seen then.`)
  }
  trigger(pid, signal)
  process.stdout.write(`Sent ${signal} to process ${pid}. The server's log tells how the restart ends.\n`)
  return EXIT.done
}

async function watched(control: string, { json, timeout }: ServiceArguments): Promise<Followed | undefined> {
  const began = performance.now()
  const reporter: Reporter = reporterFor(json)
  let summary: string | undefined
  try {
    const followed = await follow(control, 'restart', reporter.tell, timeout)
    if (followed !== undefined) summary = summaryOf(followed, performance.now() - began)
    return followed
  } finally {
    reporter.end(summary)
  }
}

function summaryOf({ outcome, toldToTheEnd }: Followed, took: number): string | undefined {
  if (outcome.event !== 'done') return undefined
  const { generations, ledger } = outcome
  // Of a single process, the drain has been told in a line of its own.
  if (generations.length === 1) return `${generation(outcome)} in ${duration(took)}`
  const sum = toldToTheEnd ? `: ${ledgerInWords(ledger)}` : ''
  return `restarted ${generations.length} slots in ${duration(took)}${sum}`
}

function generation({ generations: [only] }: Extract<Outcome, { event: 'done' }>): string {
  return `restarted into generation ${only?.generation} (pid ${only?.pid})`
}

function conclude({ outcome }: Followed): number {
  if (outcome.event === 'done') return EXIT.done
  if (!leavesTwoReleases(outcome)) throw new CommandError(outcome.message, { exitCode: EXIT.failed })
  const message = `${outcome.message} Two releases are in service until a reload is done.`
  throw new CommandError(message, { exitCode: EXIT.partly })
}

/** Where a shutdown has stopped the restart, soon none is in service. */
const leavesTwoReleases = ({ code, generations = [] }: Failed): boolean =>
  generations.length > 0 && code !== 'ERR_ZERODOWN_SHUTTING_DOWN'
