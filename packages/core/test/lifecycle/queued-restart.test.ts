import { describe, expect, it, vi } from 'vitest'
import type { GenerationInfo } from '../../src/channel/messages.ts'
import { QueuedRestart } from '../../src/lifecycle/queued-restart.ts'

const next: GenerationInfo = { pid: 7, generation: 4 }

describe('a queued restart', () => {
  it('is one for all the triggers that wait for it', async () => {
    const queued = new QueuedRestart()
    const triggers = [queued.add(), queued.add(), queued.add()]
    expect(queued.waits).toBe(true)

    const restart = vi.fn<() => Promise<GenerationInfo>>(async () => next)
    queued.run(restart)
    expect(await Promise.all(triggers)).toEqual([next, next, next])
    expect([restart.mock.calls.length, queued.waits]).toEqual([1, false])
  })

  it('is none where no trigger has come', () => {
    const restart = vi.fn<() => Promise<GenerationInfo>>(async () => next)
    const queued = new QueuedRestart()
    queued.run(restart)
    queued.cancel(new Error('shutting down'))
    expect([restart.mock.calls.length, queued.waits]).toEqual([0, false])
  })

  it('leaves a trigger that comes while it runs to the next one', async () => {
    const queued = new QueuedRestart()
    const first = queued.add()
    let second: Promise<GenerationInfo> | undefined
    queued.run(async () => {
      second = queued.add()
      return next
    })
    expect(await first).toEqual(next)
    expect(queued.waits).toBe(true)
    queued.run(async () => ({ pid: 8, generation: 5 }))
    expect(await second).toEqual({ pid: 8, generation: 5 })
  })

  it('fails as the restart does, and with the reason where it is not to be', async () => {
    const queued = new QueuedRestart()
    const failed = queued.add()
    queued.run(() => Promise.reject(new Error('a bad release')))
    await expect(failed).rejects.toThrow('a bad release')

    const cancelled = queued.add()
    queued.cancel(new Error('shutting down'))
    await expect(cancelled).rejects.toThrow('shutting down')
    expect(queued.waits).toBe(false)
  })
})
