import { setTimeout as wait } from 'node:timers/promises'
import { createLogUpdate } from 'log-update'
import type { ServiceStatus } from '@zerodown/core/supervision'
import type { Command } from '../command.ts'
import { CommandError, UsageError, asksForHelp } from '../command.ts'
import { EXIT, EXIT_CODES } from '../exit-codes.ts'
import { WHICH, parseService } from '../service/arguments.ts'
import { statusAt } from '../service/control-client.ts'
import { findService } from '../service/find-service.ts'
import { statusTable } from './table.ts'

/** How often a live view asks. ms */
const PACE = 1000

const USAGE = `Usage: zerodown status [--control PATH | --pid-file FILE] [OPTIONS]

Prints what a server does: its processes, their age, connections, requests in flight and memory, and
what the last restart came to.

${WHICH}

  --watch      Prints it again each second, until Ctrl-C.
  --json       Prints it as JSON; with --watch, a line each second.
  -h, --help   Prints this.

${EXIT_CODES}`

/** Prints what a server does. */
export const status: Command = {
  usage: USAGE,
  async run(args) {
    if (args.some(asksForHelp)) {
      process.stdout.write(USAGE)
      return EXIT.done
    }
    const given = parseService(args, ['control', 'pid-file', 'json', 'watch'])
    const { control } = await findService(given)
    if (control === undefined) {
      throw new UsageError('a process does not tell its status without a control socket: give --control or --pid-file.')
    }
    const print = printer(given.json, given.watch)
    do {
      print(await statusOf(control))
      if (given.watch) await wait(PACE)
    } while (given.watch)
    return EXIT.done
  },
}

async function statusOf(control: string): Promise<ServiceStatus> {
  const told = await statusAt(control)
  if (told !== undefined) return told
  throw new CommandError(
    `nobody listens on ${control}. Is the server running, with this path as its control, or the pid file beside it as its pidFile?`,
    { exitCode: EXIT.nobody },
  )
}

function printer(json: boolean, watch: boolean): (status: ServiceStatus) => void {
  if (json) return (told) => void process.stdout.write(`${JSON.stringify(told)}\n`)
  if (watch && process.stdout.isTTY) {
    const view = createLogUpdate(process.stdout)
    return (told) => view(statusTable(told))
  }
  return (told) => void process.stdout.write(statusTable(told))
}
