#!/usr/bin/env node
import { parseCommand } from './command.ts'
import { UsageError } from './usage-error.ts'
import { reload, ReloadError } from './reload.ts'
import { run as runServer } from './run.ts'
import { USAGE } from './usage.ts'

/**
 * @returns the exit code. 0: done. 1: the restart did not happen, or nobody can tell. 2: the command was not
 *   understood.
 */
async function run(args: string[]): Promise<number> {
  try {
    if (args[0] === 'run') return await runServer(args.slice(1))
    const command = parseCommand(args)
    process.stdout.write(command.name === 'help' ? USAGE : await reload(command))
    return 0
  } catch (error) {
    if (error instanceof UsageError) {
      process.stderr.write(`zerodown: ${error.message}\n\n${USAGE}`)
      return 2
    }
    if (!(error instanceof ReloadError)) throw error
    process.stderr.write(`zerodown: ${error.message}\n`)
    return 1
  }
}

process.exitCode = await run(process.argv.slice(2))
