import type { ExitCode } from './exit-codes.ts'
import { EXIT } from './exit-codes.ts'

/** A command of `zerodown`. */
export interface Command {
  /** What `--help` prints. */
  readonly usage: string
  /**
   * @param args what stands behind its name
   * @returns the exit code
   * @throws {UsageError} {CommandError}
   */
  run(args: readonly string[]): Promise<number>
}

/** The command cannot be understood. */
export class UsageError extends Error {}

/** What did not happen, what that means for the service, and what to do. */
export class CommandError extends Error {
  readonly exitCode: ExitCode

  constructor(message: string, options: ErrorOptions & { exitCode?: ExitCode } = {}) {
    super(message, options)
    this.exitCode = options.exitCode ?? EXIT.failed
  }
}

/** Whether the user asks what a command does. */
export const asksForHelp = (word: string | undefined): boolean => word === '--help' || word === '-h'
