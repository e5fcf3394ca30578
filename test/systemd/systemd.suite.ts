import { get } from 'node:http'
import { once } from 'node:events'
import { json } from 'node:stream/consumers'
import { startLoad } from '@zerodown/load'
import type { Load, Target } from '@zerodown/load'
import { describe, expect, it } from 'vitest'
import { isAlive, listProcesses, until } from '../support/index.ts'
import { Service } from './service.ts'
import { useManager } from './use-manager.ts'

const systemd = useManager()
const { runs, note } = systemd

const loadOn = (target: Target): Load =>
  startLoad({
    target,
    workers: [
      { kind: 'keepAlive', connections: 6, thinkTime: [0, 5] },
      { kind: 'fresh', connections: 3, thinkTime: [0, 5] },
      { kind: 'post', connections: 3, size: 20_000, chunks: 2, chunkDelay: [0, 5], thinkTime: [0, 5] },
    ],
  })

/** A request that takes its time, on a connection of its own. */
function getSlowly(target: Target): { requested: Promise<unknown>; outcome: Promise<unknown> } {
  const request = get({ ...target, path: '/slow?ms=800', agent: false })
  const answered = once(request, 'response').then(([response]) => json(response))
  return { requested: once(request, 'finish'), outcome: answered.catch((error: unknown) => error) }
}

describe.runIf(runs)(`a service of systemd’s (Type=notify, NotifyAccess=all)${note}`, () => {
  it('is up when it listens, and not before', async () => {
    const service = await Service.create(systemd.manager)
    await service.fault('slow-start:300')
    const states = await service.statesWhile(async () => void (await service.start()))
    expect(states).toContain('activating')
    expect(await service.show('ActiveState')).toBe('active')
    expect(await service.mainPid()).toBe(service.announcements[0]?.pid)
  })

  it('stays active through three reloads under load, MAINPID follows, and no request is lost', async () => {
    const service = await Service.create(systemd.manager)
    await service.start()
    const load = loadOn(service.target)
    await load.waitFor((counts) => counts.ok > 50)
    const states = await service.statesWhile(async () => {
      let before = await service.mainPid()
      for (let generation = 2; generation <= 4; generation += 1) {
        await service.reload()
        const { pid } = await service.waitForGeneration(generation)
        await service.waitForMainPid(pid)
        await load.waitFor((counts) => (counts.generations[generation] ?? 0) > 50)
        // What systemd started, it sees end; and that is not the end of the service. The next reload comes at once.
        await service.waitForEnd(before)
        await service.waitForMainPid(pid)
        before = pid
      }
    })
    const { failed, firstFailures } = await load.stop()
    expect({ failed, firstFailures }).toEqual({ failed: 0, firstFailures: [] })
    expect([...states].filter((state) => state !== 'active' && state !== 'reloading')).toEqual([])
    expect(await service.show('NRestarts')).toBe('0')
    expect(await service.show('Result')).toBe('success')
  })

  it('keeps its MAINPID when a reload fails, and follows the next one that does not', async () => {
    const service = await Service.create(systemd.manager, { probation: 2000 })
    await service.start()
    const pid = await service.mainPid()
    // Connections that a successor accepts before its death are lost with it: these are all the predecessor's.
    const load = startLoad({
      target: service.target,
      workers: [{ kind: 'keepAlive', connections: 6, thinkTime: [0, 5] }],
    })
    await load.waitFor((counts) => counts.ok > 50)
    for (const [failures, fault] of ['exit1', 'die-in-probation:500'].entries()) {
      await service.fault(fault)
      await service.reload()
      await service.waitForLog(new RegExp(`(the restart failed: .* exited with code 1.*){${failures + 1}}`, 's'))
      expect(await service.mainPid()).toBe(pid)
      expect(await service.show('ActiveState')).toBe('active')
    }
    await service.fault('')
    await service.reload()
    await until(async () => (await service.mainPid()) !== pid, 'another MAINPID')
    expect(await service.mainPid()).toBe(service.announcements.at(-1)?.pid)
    expect(await load.stop()).toMatchObject({ failed: 0 })
  })

  it('is drained when it is stopped, and has then ended well', async () => {
    const service = await Service.create(systemd.manager)
    await service.start()
    await service.reload()
    const { pid } = await service.waitForGeneration(2)
    await service.waitForMainPid(pid)
    await service.waitForLog(/has taken over/)
    const answer = getSlowly(service.target)
    await answer.requested
    await service.stop()
    expect(await answer.outcome).toEqual({ pid, generation: 2 })
    expect(await service.show('ActiveState')).toBe('inactive')
    expect(await service.show('Result')).toBe('success')
    expect(service.announcements.filter((announcement) => isAlive(announcement.pid))).toEqual([])
  })

  it('restarts once when every one of its processes is told to', async () => {
    const service = await Service.create(systemd.manager)
    await service.start()
    const load = loadOn(service.target)
    await load.waitFor((counts) => counts.ok > 50)
    await service.signalAll('SIGUSR2')
    const { pid } = await service.waitForGeneration(2)
    await service.waitForMainPid(pid)
    await load.waitFor((counts) => (counts.generations[2] ?? 0) > 50)
    expect(await load.stop()).toMatchObject({ failed: 0 })
    expect(await service.show('ActiveState')).toBe('active')
  })

  it('is watched over: the death of a successor is the death of the service', async () => {
    const service = await Service.create(systemd.manager)
    await service.start()
    const first = await service.mainPid()
    await service.reload()
    const { pid } = await service.waitForGeneration(2)
    // Until it has seen to it that systemd looks again, systemd does not know whose child it is.
    const hasChild = (): boolean => listProcesses().some(({ parent, state }) => parent === pid && state !== 'Z')
    await until(hasChild, 'the shell that stands in for it')
    await service.waitForMainPid(pid)
    await service.waitForEnd(first)
    await until(() => !hasChild(), 'the end of that shell')
    process.kill(pid, 'SIGKILL')
    await until(async () => (await service.show('ActiveState')) === 'failed', 'systemd to notice')
    expect(await service.show('Result')).toBe('signal')
  })
})

describe.runIf(runs)(`a service that zerodown run runs${note}`, () => {
  it('keeps its MAINPID through ten reloads under load, and no request is lost', async () => {
    const service = await Service.create(systemd.manager, {}, 2)
    await service.start()
    expect(service.announcements).toHaveLength(2)
    const pid = await service.mainPid()
    const load = loadOn(service.target)
    await load.waitFor((counts) => counts.ok > 50)
    for (let times = 1; times <= 10; times += 1) {
      await service.reload()
      await service.waitForLog(new RegExp(`(restarted 2 slots.*){${times}}`, 's'))
      expect(await service.mainPid()).toBe(pid)
    }
    const { failed, reopened, firstFailures } = await load.stop()
    expect({ failed, reopened, firstFailures }).toEqual({ failed: 0, reopened: 0, firstFailures: [] })
    await until(async () => (await service.show('ActiveState')) === 'active', 'an active unit')

    await service.stop()
    expect(await service.show('Result')).toBe('success')
    expect(service.announcements.filter((announcement) => isAlive(announcement.pid))).toEqual([])
  })

  it('stays active with its old code when a release is bad', async () => {
    const service = await Service.create(systemd.manager, {}, 2)
    await service.start()
    const pid = await service.mainPid()
    await service.fault('exit1')
    await service.reload()
    await service.waitForLog(/the restart stopped at slot 1 of 2: .* All slots serve on as before/)
    await until(async () => (await service.show('ActiveState')) === 'active', 'an active unit')
    expect(await service.mainPid()).toBe(pid)
    await service.fault('')
    await service.reload()
    await service.waitForLog(/restarted 2 slots/)
  })
})
