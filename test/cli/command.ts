import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { cleanUp } from '../support/clean-up.ts'

const MAIN = fileURLToPath(new URL('../../packages/zerodown/dist/cli/main.js', import.meta.url))

export interface Outcome {
  code: number | null
  stdout: string
  stderr: string
}

/** Runs the command line as it was built, to its end; it does not outlive the test. */
export async function zerodown(
  args: string[],
  options: { uid?: number; cwd?: string; env?: Record<string, string> } = {},
): Promise<Outcome> {
  const node = process.env['ZERODOWN_TEST_NODE'] ?? process.execPath
  const child = spawn(node, [MAIN, ...args], {
    ...options,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  endWithTest(child)
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { code, stdout, stderr }
}

/** A process that is no server, and ends with the test. */
export async function bystander(): Promise<ChildProcess & { pid: number }> {
  const child = spawn('sleep', ['60'], { stdio: 'ignore' })
  endWithTest(child)
  await once(child, 'spawn')
  return child as ChildProcess & { pid: number }
}

function endWithTest(child: ChildProcess): void {
  cleanUp(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
  })
}
