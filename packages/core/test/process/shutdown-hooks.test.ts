import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { ShutdownHooks } from '../../src/process/shutdown-hooks.ts'
import type { Logger } from '../../src/logger.ts'

const logged = (): { logger: Logger; lines: string[] } => {
  const lines: string[] = []
  const level = (name: string) => (message: string) => void lines.push(`${name}: ${message}`)
  return { logger: { info: level('info'), warn: level('warn'), error: level('error') }, lines }
}

const why = { reason: 'restart' } as const

describe('shutdown hooks', () => {
  it('are told why', async () => {
    const hooks = new ShutdownHooks()
    const told: unknown[] = []
    hooks.add((reason) => told.push(reason))
    await hooks.run(1000, why, logged().logger)
    expect(told).toEqual([why])
  })

  it('run one after the other, the last registered first', async () => {
    const hooks = new ShutdownHooks()
    const { logger, lines } = logged()
    const story: string[] = []
    for (const name of ['database', 'queue', 'cache']) {
      hooks.add(async () => {
        story.push(`closing ${name}`)
        await wait(1)
        story.push(`closed ${name}`)
      })
    }
    hooks.add(() => story.push('not even asynchronous'))
    await hooks.run(1000, why, logger)
    expect(story).toEqual([
      'not even asynchronous',
      ...['cache', 'queue', 'database'].flatMap((name) => [`closing ${name}`, `closed ${name}`]),
    ])
    expect(lines).toEqual([])
  })

  it('do nothing where there are none', async () => {
    const { logger, lines } = logged()
    await new ShutdownHooks().run(0, why, logger)
    expect(lines).toEqual([])
  })

  it.each<[string, () => unknown, string]>([
    [
      'throws',
      () => {
        throw new Error('the disk is full')
      },
      'the disk is full',
    ],
    ['rejects', () => Promise.reject(new Error('the disk is full')), 'the disk is full'],
    ['rejects with a text', () => Promise.reject('no reason'), 'no reason'], // oxlint-disable-line prefer-promise-reject-errors
    ['rejects with nothing', () => Promise.reject(undefined), 'undefined'], // oxlint-disable-line prefer-promise-reject-errors
    ['rejects with an object that has no text', () => Promise.reject(Object.create(null)), 'Object: null prototype'],
  ])('that %s is logged, and the others run', async (_, hook, message) => {
    const hooks = new ShutdownHooks()
    const { logger, lines } = logged()
    let ran = false
    hooks.add(() => (ran = true))
    hooks.add(hook)
    await hooks.run(1000, why, logger)
    expect(ran).toBe(true)
    expect(lines).toEqual([expect.stringMatching(`^error: a shutdown hook failed: .*${message}`)])
  })

  it('that hang are given up at the deadline, with those after them', async () => {
    const hooks = new ShutdownHooks()
    const { logger, lines } = logged()
    let ran = false
    hooks.add(() => (ran = true))
    hooks.add(() => new Promise(() => {}))
    const began = performance.now()
    // A drain that took all its time and more leaves them the least there is.
    await hooks.run(-1000, why, logger)
    expect(performance.now() - began).toBeGreaterThan(4990)
    expect(ran).toBe(false)
    expect(lines).toEqual([
      'error: a shutdown hook did not finish within 5000 ms: exiting without it and the hooks after it.',
    ])
  })

  it('leave no timer behind that would keep the process from ending', async () => {
    const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
    const before = timers()
    const hooks = new ShutdownHooks()
    hooks.add(() => {})
    await hooks.run(60_000, why, logged().logger)
    expect(timers()).toBeLessThanOrEqual(before)
  })
})
