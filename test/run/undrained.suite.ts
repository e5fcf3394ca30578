import { describe, expect, it } from 'vitest'
import { inFlight } from './stage/in-flight.ts'
import { onSignal, programWith } from './stage/program.ts'
import type { Supervised } from './stage/supervised.ts'
import { startSupervised } from './stage/supervised.ts'

describe('SIGTERM to the supervisor drains a worker', () => {
  it.each([
    ['whose variables leave out SIGTERM', { ZERODOWN_SIGNALS_SHUTDOWN: 'SIGINT' }],
    ['whose code leaves out SIGTERM', { TEST_OPTIONS: { signals: { shutdown: 'SIGINT' } } }],
    ['that wants no signals', { TEST_OPTIONS: { signals: false } }],
  ])('%s: nothing is lost, exit code 0', async (_, env) => {
    const supervised = await startSupervised('http.mjs', { slots: 2, env })
    const { server } = supervised
    const answers = await inFlight(supervised, 4, 2000)
    server.signal('SIGTERM', server.pid)
    expect(await answers.complete()).toBe('4 of 4')
    expect(await server.waitForExit()).toBe(0)
    expect(server.output.lines.filter((line) => line.includes('drained:'))).toHaveLength(2)
  })

  it('that hears SIGINT first, as from a terminal, whatever signals it wants', async () => {
    const supervised = await startSupervised('http.mjs', { slots: 1, env: { TEST_OPTIONS: { signals: false } } })
    const { server, workers } = supervised
    const answers = await inFlight(supervised, 2, 2000)
    for (const pid of [...workers(), server.pid]) server.signal('SIGINT', pid)
    expect(await answers.complete()).toBe('2 of 2')
    expect(await server.waitForExit()).toBe(0)
  })
})

/** Has the service end. @returns the pid of a worker that drains */
async function draining({ server, workers }: Supervised): Promise<number> {
  const [pid = 0] = workers()
  server.signal('SIGTERM', server.pid)
  await server.waitForLog(new RegExp(`zerodown\\[${pid}\\] shutting down`))
  return pid
}

describe('a worker that ends before it has drained', () => {
  it('by a signal is named, and the exit code is 1', async () => {
    const supervised = await startSupervised('register/http.mjs', { slots: 2 })
    const { server } = supervised
    const answers = await inFlight(supervised, 4, 3000)
    const victim = await draining(supervised)
    process.kill(victim, 'SIGKILL')
    await server.waitForLog(/error: slot 1 was ended by SIGKILL before it had drained\./)
    await answers.complete()
    expect(await server.waitForExit()).toBe(1)
  })

  it('by an exit of its own, in the middle of its drain, is named, and the exit code is 1', async () => {
    const supervised = await startSupervised(await programWith(onSignal('process.exit(3)')), { slots: 1 })
    const { server } = supervised
    const answers = await inFlight(supervised, 1, 3000)
    const victim = await draining(supervised)
    process.kill(victim, 'SIGHUP')
    await server.waitForLog(/error: slot 1 exited with code 3 before it had drained\./)
    expect(await answers.complete()).toBe('0 of 1')
    expect(await server.waitForExit()).toBe(1)
  })
})
