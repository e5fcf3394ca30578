import { spawn } from 'node:child_process'
import { readStartCommand } from '@zerodown/core/supervision'
import type { RunSettings } from './settings.ts'

const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGBREAK'] as const

/**
 * Runs one worker that cannot restart, where listening sockets cannot be passed on.
 * @returns its exit code
 */
export function runAlone({ args, env, logger }: RunSettings): Promise<number> {
  const worker = spawn(process.execPath, args, { stdio: 'inherit', env: { ...readStartCommand().env, ...env } })
  // What a console sends, it sends to the worker as well.
  for (const signal of SIGNALS) process.on(signal, () => signal === 'SIGTERM' && worker.kill(signal))
  return new Promise((resolve) => {
    worker.once('error', (error) => {
      logger.error(`could not start ${process.execPath} (${error.message}).`)
      resolve(1)
    })
    worker.once('exit', (code) => resolve(code ?? 1))
  })
}
