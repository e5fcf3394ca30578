export const USAGE: string = `Usage: zerodown run [OPTIONS] [--] PROGRAM [ARGUMENTS]

Runs a server, and stays: as PID 1 of a container, under an init, in a terminal, on all cores.
SIGUSR2, or zerodown reload, restarts all workers, one slot after the other. SIGTERM and SIGINT
drain all of them and end; a second SIGINT ends at once. What stands behind PROGRAM is the
program's.

  -w, --workers N      How many processes serve at a time; max: one for each core. Default: 1.
  --sticky             Serves all connections from one address in the same slot.
  --pid-file FILE      Where to keep the pid of this process. zerodown reload reads it.
  --control PATH       A unix socket for zerodown status, reload and stop. Default: the path of the
                       pid file, and .sock.
  --max-memory SIZE    Restarts a worker that has grown larger, such as 500M or 2G.
                       Default: no limit.
  --crash-limit LIMIT  How often a slot may crash before everything ends: 5/60s is five times in
                       60 seconds; none: as often as it does. Default: 5/60s.
  --prefix             Begins each line that a worker prints with its slot and generation: [1.3].
  --env-file FILE      Variables for the program, read anew at each start; may be given several
                       times.
  --node-args WORDS    Options for Node, such as "--import tsx". They are separated by spaces; may
                       be given several times.
  -h, --help           Prints this.

The options of the server itself are options here, too:

OPTIONS_OF_WORKERS

A file zerodown.config.js, .mjs or .json in the working directory, or the key zerodown in its
package.json, may say all of that with the names of the options in code, such as maxMemory, and
script, args and nodeArgs. Paths in it start from the working directory. Options given here win.

Exit codes: 0 it was told to end, and all workers have drained; 1 a slot crashes too often or is
not ready in time at its first start, or a worker had not drained; 2 the command was not
understood; 130 it was interrupted twice. If the program ends before it has served, the exit code
is that of the program.
`
