import type { Command } from '../command.ts'
import { asksForHelp } from '../command.ts'
import { DEFAULT_TIMEOUT, parseReload } from './arguments.ts'
import { restart } from './restart.ts'

const USAGE = `Usage: zerodown reload (--pid-file FILE | --control PATH) [--timeout MS]
       zerodown reload PID

Restarts a server into its new code, as SIGUSR2 does.

  --pid-file FILE  The file that the server keeps (its option pidFile). Waits until another
                   process is in charge, and prints its pid. Under zerodown run it waits until all
                   slots have restarted, and prints what became of each.
  --control PATH   The control socket of zerodown run, where it is not beside the pid file.
  --timeout MS     How long to wait for that. Default: ${DEFAULT_TIMEOUT}; under zerodown run, twice as long
                   for each slot.
  PID              The server's process. Only sends the signal, and does not wait.
  -h, --help       Prints this.

Exit codes: 0 done; 1 the restart did not happen, and why; 2 the command was not understood.
`

/** Restarts a server. */
export const reload: Command = {
  usage: USAGE,
  async run(args) {
    if (args.some(asksForHelp)) process.stdout.write(USAGE)
    else await restart(parseReload([...args]), (text) => void process.stdout.write(text))
    return 0
  },
}
