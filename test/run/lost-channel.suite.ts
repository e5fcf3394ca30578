import { startLoad } from '@zerodown/load'
import { describe, expect, it } from 'vitest'
import { cleanUp } from '../support/clean-up.ts'
import { isAlive } from '../support/index.ts'
import { inFlight } from './stage/in-flight.ts'
import { onSignal, programWith } from './stage/program.ts'
import { startSupervised } from './stage/supervised.ts'

/** On SIGHUP it closes the descriptor of its channel. Something else takes that number, so that no connection gets it. */
const CLOSES = `
  import { closeSync, openSync, readFileSync } from 'node:fs'
  import zerodown from 'zerodown'
  const [, text] = /ZERODOWN_INHERITANCE=([^\\0]*)/.exec(readFileSync('/proc/self/environ', 'utf8'))
  ${onSignal(`closeSync(JSON.parse(text).channel); openSync('/dev/null')`)}
  zerodown.once(zerodown.status().inCharge ? 'ready' : 'inCharge', () => console.log('jobs start in', process.pid))
  zerodown.draining.addEventListener('abort', () => console.log('jobs stop in', process.pid))
`

describe('a worker that closes its channel to the supervisor', () => {
  it('drains and ends, and another takes its place: nothing is lost', async () => {
    const { server, workers, roll } = await startSupervised(await programWith(CLOSES), { slots: 2 })
    const [lost = 0, other = 0] = workers()
    const load = startLoad({
      target: server.target(),
      workers: [
        { kind: 'keepAlive', connections: 6, thinkTime: 5 },
        { kind: 'fresh', connections: 3, thinkTime: 5 },
        { kind: 'slow', connections: 3, ms: 1000 },
      ],
    })
    cleanUp(() => load.stop(0))
    await load.waitFor(({ ok }) => ok > 50)
    process.kill(lost, 'SIGHUP')
    await server.waitForLog(/slot 1 has closed its channel to the supervisor, and is ended; starting it again/)
    const { pid } = await server.waitForAnnouncement(2)
    await server.waitForExit(lost)
    expect(workers()).toEqual([other, pid])
    expect(await roll()).toBe('restarted 2 slots')
    const { failed, firstFailures } = await load.stop()
    expect({ failed, firstFailures }).toEqual({ failed: 0, firstFailures: [] })
  })

  it('is in charge no more when the other begins to be', async () => {
    const { server, workers } = await startSupervised(await programWith(CLOSES), { slots: 1 })
    const [lost = 0] = workers()
    process.kill(lost, 'SIGHUP')
    const { pid } = await server.waitForAnnouncement(1)
    await server.waitForLog(new RegExp(`jobs start in ${pid}`))
    expect(server.output.lines.flatMap((line) => /^jobs .*/.exec(line) ?? [])).toEqual([
      `jobs start in ${lost}`,
      `jobs stop in ${lost}`,
      `jobs start in ${pid}`,
    ])
  })

  it('in the middle of its restart: its successor takes its place', async () => {
    const { server, workers, roll } = await startSupervised(await programWith(CLOSES), {
      slots: 1,
      flags: ['--probation', '60000', '--drain-timeout', '500'],
    })
    const [lost = 0] = workers()
    const rolled = roll()
    const { pid } = await server.waitForAnnouncement(1)
    process.kill(lost, 'SIGHUP')
    expect(await rolled).toBe('restarted 1 slot')
    await server.waitForLog(new RegExp(`jobs start in ${pid}`))
    expect(isAlive(lost)).toBe(false)
    expect([workers(), server.announcements.length]).toEqual([[pid], 2])
  })

  it('while it drains after its restart: it goes on, and the others notice nothing', async () => {
    const supervised = await startSupervised(await programWith(CLOSES), { slots: 1 })
    const { server, workers, roll } = supervised
    const [lost = 0] = workers()
    const answers = await inFlight(supervised, 4, 4000)
    expect(await roll()).toBe('restarted 1 slot')
    process.kill(lost, 'SIGHUP')
    expect(await answers.complete()).toBe('4 of 4')
    await server.waitForExit(lost)
    expect(workers()).toHaveLength(1)
    expect(await roll()).toBe('restarted 1 slot')
  })
})
