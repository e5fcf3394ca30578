import { setTimeout as wait } from 'node:timers/promises'
import type { Command } from '../command.ts'
import { CommandError, asksForHelp } from '../command.ts'
import { EXIT, EXIT_CODES } from '../exit-codes.ts'
import { reporterFor } from '../output/reporter.ts'
import { duration } from '../output/words.ts'
import type { ServiceArguments } from '../service/arguments.ts'
import { WHICH, parseService } from '../service/arguments.ts'
import { findService } from '../service/find-service.ts'
import type { Followed } from '../service/follow.ts'
import { follow } from '../service/follow.ts'
import { isAlive } from '../service/processes.ts'
import { nobodyListens } from '../service/nobody.ts'
import { pidIn, trigger } from '../service/signalling.ts'

/** Longer than drainTimeout and the shutdown hooks are by default. ms */
const DEFAULT_TIMEOUT = 60_000

/** How often to look whether a process has ended. ms */
const PACE = 50

const USAGE = `Usage: zerodown stop [--control PATH | --pid-file FILE | PID] [OPTIONS]

Has a server finish what is in flight and end, and waits until it has.

${WHICH}

  --json           Prints a line of JSON for each step.
  --timeout MS     How long to wait for the end. Default: as long as it takes; without a control
                   socket ${DEFAULT_TIMEOUT}.
  --signal NAME    The signal that ends the server, where it has no control socket.
                   Default: SIGTERM.
  -h, --help       Prints this.

${EXIT_CODES}`

/** Drains and ends a server. */
export const stop: Command = {
  usage: USAGE,
  async run(args) {
    if (args.some(asksForHelp)) {
      process.stdout.write(USAGE)
      return EXIT.done
    }
    const given = parseService(args, ['control', 'pid-file', 'json', 'timeout', 'signal'])
    const { control, certain, pidFile, pid } = await findService(given)
    const followed = control === undefined ? undefined : await watched(control, given)
    if (followed?.outcome.event === 'failed') throw new CommandError(followed.outcome.message)
    if (followed !== undefined) return EXIT.done
    if (certain) throw nobodyListens(control ?? '')
    return bySignal(pid ?? pidIn(pidFile ?? ''), given)
  },
}

async function watched(control: string, { json, timeout }: ServiceArguments): Promise<Followed | undefined> {
  const began = performance.now()
  const reporter = reporterFor(json)
  let summary: string | undefined
  try {
    const followed = await follow(control, 'shutdown', reporter.tell, timeout)
    if (followed?.outcome.event === 'done') {
      summary = `ended in ${duration(performance.now() - began)}`
    }
    return followed
  } finally {
    reporter.end(summary)
  }
}

async function bySignal(
  pid: number,
  { signal = 'SIGTERM', timeout = DEFAULT_TIMEOUT, json }: ServiceArguments,
): Promise<number> {
  const began = performance.now()
  trigger(pid, signal)
  while (isAlive(pid)) {
    const took = performance.now() - began
    if (took > timeout) {
      const why = `after ${timeout} ms process ${pid} has not ended (--timeout). It still drains, or does not end by itself.`
      throw new CommandError(why, { exitCode: EXIT.timedOut })
    }
    await wait(PACE)
  }
  const took = performance.now() - began
  process.stdout.write(
    json
      ? `${JSON.stringify({ event: 'done', generations: [], at: Date.now() })}\n`
      : `process ${pid} has ended in ${duration(took)}\n`,
  )
  return EXIT.done
}
