/** Longer than a restart may take, as readyTimeout and probation are by default. ms */
export const DEFAULT_TIMEOUT = 90_000

export const USAGE: string = `Usage: zerodown reload (--pid-file FILE [--timeout MS] | PID)

Restarts a server into its new code, as SIGUSR2 does.

  --pid-file FILE  The file that the server keeps (its option pidFile). Waits until another
                   process is in charge, and prints its pid.
  --timeout MS     How long to wait for that. Default: ${DEFAULT_TIMEOUT}.
  PID              The server's process. Only sends the signal, and does not wait.
  -h, --help       Prints this.

Exit codes: 0 done; 1 the restart did not happen, and why; 2 the command was not understood.
`
