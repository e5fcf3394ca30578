#!/usr/bin/env node
import { COMMANDS, USAGE } from './commands.ts'
import { CommandError, UsageError, asksForHelp } from './command.ts'

/** @returns the exit code */
async function main([name, ...args]: string[]): Promise<number> {
  if (asksForHelp(name)) {
    process.stdout.write(USAGE)
    return 0
  }
  const entry = name !== undefined && Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  if (entry === undefined) {
    const what = name === undefined ? 'missing command' : `unknown command ${name}`
    return misunderstood(`${what}; available: ${Object.keys(COMMANDS).join(', ')}.`, 'zerodown --help')
  }
  try {
    return await (await entry.load()).run(args)
  } catch (error) {
    if (error instanceof UsageError) return misunderstood(error.message, `zerodown ${name} --help`)
    if (!(error instanceof CommandError)) throw error
    process.stderr.write(`zerodown: ${error.message}\n`)
    return error.exitCode
  }
}

function misunderstood(why: string, help: string): number {
  process.stderr.write(`zerodown: ${why}\nSee: ${help}\n`)
  return 2
}

process.exitCode = await main(process.argv.slice(2))
