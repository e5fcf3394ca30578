import { setTimeout as wait } from 'node:timers/promises'
import { createLogUpdate } from 'log-update'
import type { ServiceStatus } from '@zerodown/core/supervision'
import type { Command } from '../command.ts'
import { CommandError, UsageError, asksForHelp } from '../command.ts'
import { EXIT, EXIT_CODES } from '../exit-codes.ts'
import { readerIsGone } from '../output/reader.ts'
import { WHICH_SOCKET, parseService } from '../service/arguments.ts'
import { statusAt } from '../service/control-client.ts'
import type { Service } from '../service/find-service.ts'
import { findService } from '../service/find-service.ts'
import { nobodyListens } from '../service/nobody.ts'
import { livingIn } from '../service/signalling.ts'
import { statusTable } from './table.ts'

/** How often a live view asks. ms */
const PACE = 1000

const USAGE = `Usage: zerodown status [--control PATH | --pid-file FILE] [OPTIONS]

Prints what a server does: its processes, their age, connections, requests in flight and memory, and
what the last restart came to.

${WHICH_SOCKET}

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
    const service = await findService(given)
    const { control } = service
    if (control === undefined) {
      throw new UsageError('a process does not tell its status without a control socket: give --control or --pid-file.')
    }
    const print = printer(given.json, given.watch)
    do {
      print(await statusOf(control, service))
      if (given.watch) await wait(PACE)
    } while (given.watch && !readerIsGone())
    return EXIT.done
  },
}

async function statusOf(control: string, { certain, pidFile }: Service): Promise<ServiceStatus> {
  const told = await statusAt(control)
  if (told !== undefined) return told
  if (certain || pidFile === undefined) throw nobodyListens(control)
  const pid = livingIn(pidFile)
  throw new CommandError(
    `process ${pid} (named by ${pidFile}) has no control socket at ${control}, which would tell its status. Its option ` +
      'control says where it is, or that there is none; its log says why, if it cannot be opened.',
    { exitCode: EXIT.refused },
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
