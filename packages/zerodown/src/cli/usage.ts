/** readyTimeout and probation as they are by default, the slower of which a restart may take, and some more. ms */
export const DEFAULT_TIMEOUT = 90_000

export const USAGE: string = `Usage: zerodown reload (--pid-file FILE [--timeout MS] | PID)

Restarts a server into its new code, as SIGUSR2 does.

  --pid-file FILE  The file that the server keeps (its option pidFile). Waits until another
                   process is in charge, and prints its pid.
  --timeout MS     How long to wait for that. Default: ${DEFAULT_TIMEOUT}.
  PID              The server's process. Only sends the signal, as the end cannot be seen.
  -h, --help       Prints this.

Exit codes: 0 done; 1 the restart did not happen, and why; 2 the command was not understood.
`
