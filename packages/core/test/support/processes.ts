import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { onTestFinished } from 'vitest'
import { until } from '../../../../test/support/index.ts'
import { NODE } from './programs.ts'

/** A process that does nothing until it is ended. */
export async function spawnIdle(): Promise<{ pid: number; end(): Promise<void> }> {
  const child = spawn(NODE, ['-e', 'setInterval(() => {}, 1000); console.log()'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const exited = once(child, 'exit')
  const end = async (): Promise<void> => {
    child.kill('SIGKILL')
    await exited
  }
  onTestFinished(end)
  await once(child.stdout, 'data')
  return { pid: child.pid as number, end }
}

/** That of a process which has ended. */
export async function endedPid(): Promise<number> {
  const { pid, end } = await spawnIdle()
  await end()
  return pid
}

/** Waits for every process that was begun here, however long each of them takes. */
export const allEnded = (): Promise<unknown> =>
  until(() => !process.getActiveResourcesInfo().includes('ProcessWrap'), 'the end of what was begun')
