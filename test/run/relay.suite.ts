import { startLoad } from '@zerodown/load'
import { expect, it } from 'vitest'
import { cleanUp } from '../support/clean-up.ts'
import { countFds, until } from '../support/index.ts'
import { inFlight } from './stage/in-flight.ts'
import { startSupervised } from './stage/supervised.ts'

const CONNECTIONS = 20

it.each([
  ['successor', 'those that had moved to it', 4000, '4 of 4'],
  ['predecessor', 'those that had not moved yet', 60_000, '0 of 4'],
] as const)(
  'the %s is killed while connections move: lost are %s, and the service goes on',
  async (who, _, duration, answered) => {
    const supervised = await startSupervised('register/http.mjs', { slots: 1 })
    const { server, workers, roll } = supervised
    expect(await roll()).toBe('restarted 1 slot')
    const [predecessor = 0] = await until(() => workers().length === 1 && workers(), 'one worker')
    const fds = countFds(server.pid)
    const load = startLoad({
      target: server.target(),
      workers: [
        { kind: 'keepAlive', connections: CONNECTIONS },
        { kind: 'fresh', thinkTime: 5 },
      ],
    })
    cleanUp(() => load.stop(0))
    await load.waitFor(({ ok }) => ok > 100)
    const answers = await inFlight(supervised, 4, duration)

    const from = server.output.lines.length
    const rolled = roll()
    await server.waitForLog(/generation 3 \(pid \d+\) has taken over; draining/, { from })
    const successor = workers().findLast((pid) => pid !== predecessor) ?? 0
    process.kill(who === 'successor' ? successor : predecessor, 'SIGKILL')
    expect(await rolled).toBe('restarted 1 slot')
    expect(await answers.complete()).toBe(answered)
    if (who === 'successor') await server.waitForLog(/slot 1 was ended by SIGKILL; starting it again/)

    const { ok } = load.stats()
    await load.waitFor((stats) => stats.ok > ok + 100)
    expect(await roll()).toBe('restarted 1 slot')
    const { failures, failed } = await load.stop()
    expect(Object.keys(failures).filter((reason) => reason.includes('refused'))).toEqual([])
    expect(failed).toBeLessThanOrEqual(CONNECTIONS + 1)
    await until(
      () => workers().length === 1 && countFds(server.pid) <= fds,
      () => `${fds} descriptors, of ${countFds(server.pid)}`,
    )
  },
)
