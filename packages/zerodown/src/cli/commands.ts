import type { Command } from './command.ts'
import { EXIT_CODES } from './exit-codes.ts'

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
  status: {
    summary: 'Prints what a server does.',
    load: async () => (await import('./status/status.ts')).status,
  },
  stop: {
    summary: 'Has a server finish what is in flight, and end.',
    load: async () => (await import('./stop/stop.ts')).stop,
  },
  doctor: {
    summary: 'Looks for what blocks or weakens a restart.',
    load: async () => (await import('./doctor/doctor.ts')).doctor,
  },
}

const LIST = Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(8)}${summary}`)

export const USAGE: string = `Usage: zerodown COMMAND [OPTIONS]

${LIST.join('\n')}

  zerodown help COMMAND tells more of one of them, zerodown --version which version this is.

${EXIT_CODES}`
