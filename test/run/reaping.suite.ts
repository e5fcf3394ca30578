import { describe, expect, it } from 'vitest'
import { inspectProcess, until } from '../support/index.ts'
import type { Container } from './stage/container.ts'
import { INITS, startContainer } from './stage/container.ts'
import { onSignal, programWith } from './stage/program.ts'

/** On SIGHUP it starts a program that leaves a child behind. */
const LEAVES = `import { spawn } from 'node:child_process'
  ${onSignal(`spawn('sh', ['-c', 'sleep 600 &'])`)}`

/** @returns the child that was left behind: it belongs to PID 1 now */
async function leaveOneBehind({ server, first }: Container): Promise<number> {
  const isChild = (pid: number): boolean => inspectProcess(pid)?.parent === first
  const before = server.alive()
  const [worker] = before.toReversed()
  process.kill(worker ?? 0, 'SIGHUP')
  return until(
    () => server.alive().find((pid) => !before.includes(pid) && isChild(pid)),
    () => `a child that is left to ${first}. ${server.output}`,
  )
}

describe.each(INITS)('what a program of a worker leaves behind, in a container with $title as PID 1', (init) => {
  const reaps = init.command.length > 0
  it.runIf(init.runs)(`${reaps ? 'is reaped when it ends' : 'is not reaped when it ends; workers are'}`, async () => {
    const container = await startContainer(init, await programWith(LEAVES))
    const { server, first } = container
    const left = await leaveOneBehind(container)
    process.kill(left, 'SIGKILL')
    server.signal('SIGUSR2', first)
    await server.waitForLog(/restarted 2 slots/, { timeout: 40_000 })
    const expected = reaps ? [] : [left]
    await until(
      () => String(server.zombies()) === String(expected),
      () => `no zombies but ${expected.join()}: there are ${server.zombies().join()}`,
    )
    expect(inspectProcess(left)?.state).toBe(reaps ? undefined : 'Z')
  })
})
