import { existsSync, readFileSync } from 'node:fs'
import { until } from '../support/index.ts'
import { json } from './ask.ts'

/** Waits until a pid file names that process, and the control socket beside the file is its. */
export const inCharge = (pidFile: string, pid: number): Promise<unknown> =>
  until(
    async () =>
      existsSync(pidFile) &&
      readFileSync(pidFile, 'utf8') === `${pid}\n` &&
      existsSync(`${pidFile}.sock`) &&
      (await json(`${pidFile}.sock`, '/status'))['pid'] === pid,
    `process ${pid} in charge, in ${pidFile}`,
  )
