/** Loaded before the program, in each of its generations: does and tells what the program need not care about. */
import { readFileSync } from 'node:fs'

const { SUITE_RELEASE_FILE } = process.env

if (SUITE_RELEASE_FILE !== undefined && readFileSync(SUITE_RELEASE_FILE, 'utf8') === 'bad') {
  throw new Error('a bad release, as the suite wants it')
}

process.on('exit', (exit) => {
  const signals = ['SIGUSR2', 'SIGTERM', 'SIGINT'].filter((name) => process.listenerCount(name) > 0)
  process.stdout.write(`${JSON.stringify({ exit, pid: process.pid, signals })}\n`)
})
