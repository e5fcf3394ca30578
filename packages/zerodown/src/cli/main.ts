#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import type { Command } from './command.ts'
import { CommandError, UsageError, asksForHelp } from './command.ts'
import { COMMANDS, USAGE } from './commands.ts'
import { EXIT } from './exit-codes.ts'
import { outliveReader } from './output/reader.ts'

/** @returns the exit code */
async function main([name, ...args]: string[]): Promise<number> {
  if (name === 'help' && args.length > 0) return main([...args.slice(0, 1), '--help'])
  if (name === 'help' || asksForHelp(name)) return print(USAGE)
  if (name === '--version' || name === '-v') return print(`${version()}\n`)
  const load = name === undefined ? undefined : loaderOf(name)
  if (load === undefined) {
    const what = name === undefined ? 'missing command' : `unknown command ${name}`
    return misunderstood(`${what}; available: ${Object.keys(COMMANDS).join(', ')}.`, 'zerodown --help')
  }
  try {
    return await (await load()).run(args)
  } catch (error) {
    if (error instanceof UsageError) return misunderstood(error.message, `zerodown ${name} --help`)
    if (error instanceof CommandError) return failed(error.message, error.exitCode)
    // In one line all the same, as whoever runs this has nothing to do with our code.
    return failed(`this is a fault of zerodown: ${error instanceof Error ? error.message : String(error)}`, EXIT.failed)
  }
}

const loaderOf = (name: string): (() => Promise<Command>) | undefined =>
  Object.hasOwn(COMMANDS, name) ? COMMANDS[name]?.load : undefined

function print(text: string): number {
  process.stdout.write(text)
  return EXIT.done
}

function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}

function misunderstood(why: string, help: string): number {
  return failed(`${why}\nSee: ${help}`, EXIT.usage)
}

function failed(why: string, exitCode: number): number {
  process.stderr.write(`zerodown: ${why}\n`)
  return exitCode
}

outliveReader()
process.exitCode = await main(process.argv.slice(2))
