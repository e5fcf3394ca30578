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

/** The command cannot be understood. Exit code 2. */
export class UsageError extends Error {}

/** What did not happen, what that means for the service, and what to do. Exit code 1. */
export class CommandError extends Error {}

/** Whether the user asks what a command does. */
export const asksForHelp = (word: string | undefined): boolean => word === '--help' || word === '-h'
