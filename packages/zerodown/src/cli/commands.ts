import type { Command } from './command.ts'

interface Entry {
  /** For the list of all commands. */
  readonly summary: string
  /** One command does not wait for the code of the others. */
  load(): Promise<Command>
}

/** All commands, by their names. */
export const COMMANDS: Readonly<Record<string, Entry>> = {
  run: {
    summary: 'Runs a server on as many cores as you want, and stays when it restarts.',
    load: async () => (await import('./run/run.ts')).run,
  },
  reload: {
    summary: 'Restarts a server into its new code, without losing a request.',
    load: async () => (await import('./reload/reload.ts')).reload,
  },
}

const LIST = Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(8)}${summary}`)

export const USAGE: string = `Usage: zerodown COMMAND [OPTIONS]

${LIST.join('\n')}

  zerodown COMMAND --help tells more of one of them.

Exit codes: 0 done; 1 it did not happen, and why; 2 the command was not understood.
`
