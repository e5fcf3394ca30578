import type { ServiceStatus } from '@zerodown/core/supervision'
import type { Command } from '../command.ts'
import { CommandError, asksForHelp } from '../command.ts'
import { EXIT, EXIT_CODES } from '../exit-codes.ts'
import { colours } from '../output/colours.ts'
import { WHICH, parseService } from '../service/arguments.ts'
import { statusAt } from '../service/control-client.ts'
import { findService } from '../service/find-service.ts'
import { nobodyListens } from '../service/nobody.ts'
import { isAlive } from '../service/processes.ts'
import { pidIn } from '../service/signalling.ts'
import type { Finding } from './findings.ts'
import { weakens } from './findings.ts'
import { findingsOfNotify } from './of-notify.ts'
import { findingsOfProcess } from './of-process.ts'
import { findingsOfService } from './of-service.ts'
import { findingsOfUnit } from './of-unit.ts'

const USAGE = `Usage: zerodown doctor [--control PATH | --pid-file FILE | PID] [--json]

Looks for what blocks or weakens a restart of a running server, and says what to do: an init or a
process manager that would end it, permissions, systemd's unit, limits, timeouts, warnings of the
server itself. It changes nothing.

${WHICH}

  --json       Prints what it finds as JSON.
  -h, --help   Prints this.

${EXIT_CODES}
Here, 1 says that something blocks a restart.
`

/** Looks for what stands in the way of a restart. */
export const doctor: Command = {
  usage: USAGE,
  async run(args) {
    if (args.some(asksForHelp)) {
      process.stdout.write(USAGE)
      return EXIT.done
    }
    const given = parseService(args, ['control', 'pid-file', 'json'])
    const { control, certain, pidFile, pid: named } = await findService(given)
    const status = control === undefined ? undefined : await statusAt(control)
    if (status === undefined && certain) throw nobodyListens(control ?? '')
    const pid = status?.pid ?? named ?? pidIn(pidFile ?? '')
    if (!isAlive(pid))
      throw new CommandError(`there is no process ${pid}. Start the server.`, { exitCode: EXIT.nobody })
    const findings = await examine(pid, status)
    process.stdout.write(given.json ? `${JSON.stringify({ pid, findings })}\n` : inWords(pid, findings))
    return findings.some(({ weight }) => weight === 'blocks') ? EXIT.failed : EXIT.done
  },
}

async function examine(pid: number, status: ServiceStatus | undefined): Promise<Finding[]> {
  const supervised = status?.slots !== undefined
  const mute = weakens(
    `process ${pid} has no control socket here: nothing tells what a restart comes to, except its log.`,
    'Set control or pidFile, and give the same here.',
  )
  return [
    ...(status === undefined ? [mute] : findingsOfService(status)),
    ...(status?.processes ?? [{ pid }]).flatMap((process) => findingsOfProcess(process.pid, supervised)),
    ...findingsOfNotify(pid),
    ...(await findingsOfUnit(pid, supervised, timeToStop(status))),
  ]
}

/** Of those that serve: what drains already is on its way. */
function timeToStop(status: ServiceStatus | undefined): number | undefined {
  const serving = status?.processes.filter(({ state }) => state !== 'draining') ?? []
  const times = serving.flatMap(({ timeToStop: its }) => its ?? [])
  return times.length === 0 ? undefined : Math.max(...times)
}

function inWords(pid: number, findings: readonly Finding[]): string {
  if (findings.length === 0) return `${colours.green('✓')} nothing stands in the way of a restart of process ${pid}\n`
  return findings
    .map(({ weight, what, advice }) => {
      const mark = weight === 'blocks' ? colours.red('✗ blocks:') : colours.yellow('! weakens:')
      return `${mark} ${what}\n  ${advice}\n`
    })
    .join('')
}
