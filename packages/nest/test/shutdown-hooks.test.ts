import type { INestApplication } from '@nestjs/common'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import { describe, expect, it, vi } from 'vitest'
import { HOOKS, PLATFORMS, Steps, application, ask, instanceOfOnesOwn, listeners, rootModule } from './applications.ts'

/** On which signals something is called. */
const changed = (before: Record<string, number>, after: Record<string, number>): Record<string, number> =>
  Object.fromEntries(Object.entries(after).map(([name, count]) => [name, count - (before[name] ?? 0)]))

const OURS = { SIGUSR2: 1, SIGTERM: 1, SIGINT: 1, SIGHUP: 0, SIGQUIT: 0 }

/** When `app.enableShutdownHooks()` is called, if at all. */
const ENABLED: readonly [string, (app: INestApplication, when: 'before' | 'after') => void][] = [
  ['without enableShutdownHooks()', () => {}],
  ['with enableShutdownHooks() before listen()', (app, when) => void (when === 'before' && app.enableShutdownHooks())],
  ['with enableShutdownHooks() after listen()', (app, when) => void (when === 'after' && app.enableShutdownHooks())],
]

describe.each(PLATFORMS)('the shutdown hooks of Nest on %s', (_, adapter) => {
  describe.each(ENABLED)('%s', (_case, enable) => {
    const listening = async (steps: Steps): Promise<INestApplication> => {
      const zerodown = instanceOfOnesOwn()
      zerodown.once('draining', () => steps.push('draining'))
      zerodown.once('drained', () => steps.push('drained'))
      const app = await application(rootModule(steps, zerodown), adapter())
      enable(app, 'before')
      await app.listen(0, '127.0.0.1')
      enable(app, 'after')
      return app
    }

    it('run when all is answered, each once, at SIGTERM', async () => {
      const steps = new Steps()
      let answer = (): void => {}
      steps.answer = new Promise<void>((resolve) => (answer = resolve))
      const app = await listening(steps)
      const asked = ask(app)
      await vi.waitFor(async () => expect(await connections(app)).toBe(1))

      process.emit('SIGTERM', 'SIGTERM')
      await vi.waitFor(() => expect([...steps]).toEqual(['draining']))
      answer()

      expect(await asked).toBe('ok')
      await vi.waitFor(() => expect([...steps]).toEqual(['draining', 'answered', 'drained', ...HOOKS]))
    })
  })

  it('run once, whoever closes the application as well', async () => {
    const steps = new Steps()
    const zerodown = instanceOfOnesOwn()
    const app = await application(rootModule(steps, zerodown), adapter())
    await app.listen(0, '127.0.0.1')
    await Promise.all([zerodown.shutdown(), app.close(), app.close()])
    expect([...steps]).toEqual(HOOKS)
  })

  it('run at once where the application closes itself, as without zerodown', async () => {
    const steps = new Steps()
    const zerodown = instanceOfOnesOwn()
    const app = await application(rootModule(steps, zerodown), adapter())
    await app.listen(0, '127.0.0.1')
    await app.close()
    expect([[...steps], zerodown.state]).toEqual([HOOKS, 'starting'])
  })
})

it('the hooks of Nest and those of Fastify run in the order of Nest', async () => {
  const steps = new Steps()
  const zerodown = instanceOfOnesOwn()
  const adapter = new FastifyAdapter()
  adapter.getInstance().addHook('onClose', async () => void steps.push('onClose of Fastify'))
  const app = await application(rootModule(steps, zerodown), adapter)
  await app.listen(0, '127.0.0.1')
  await zerodown.shutdown()
  expect([...steps]).toEqual([...HOOKS.slice(0, 2), 'onClose of Fastify', ...HOOKS.slice(2)])
})

describe('app.enableShutdownHooks()', () => {
  const listening = async (signals?: string[]): Promise<{ steps: Steps; app: INestApplication }> => {
    const steps = new Steps()
    const zerodown = instanceOfOnesOwn()
    zerodown.once('drained', () => steps.push('drained'))
    const [[, adapter] = []] = PLATFORMS
    if (adapter === undefined) throw new Error('There is no platform.')
    const app = await application(rootModule(steps, zerodown), adapter())
    app.enableShutdownHooks(signals)
    await app.listen(0, '127.0.0.1')
    return { steps, app }
  }

  it('leaves to zerodown the signals that zerodown listens to, SIGUSR2 among them', async () => {
    const before = listeners()
    await listening()
    expect(changed(before, listeners())).toEqual({ ...OURS, SIGHUP: 1, SIGQUIT: 1 })
  })

  it('drains first on the others', async () => {
    const { steps } = await listening(['SIGQUIT'])
    process.emit('SIGQUIT', 'SIGQUIT')
    await vi.waitFor(() => expect([...steps]).toEqual(['drained', ...HOOKS]))
  })

  it('leaves no listener behind when the application is closed', async () => {
    const before = listeners()
    const { app } = await listening()
    await app.close()
    expect(listeners()).toEqual(before)
  })
})

const connections = (app: INestApplication): Promise<number> =>
  new Promise((resolve, reject) => {
    app.getHttpServer().getConnections((error: Error | null, count: number) => {
      if (error === null) resolve(count)
      else reject(error)
    })
  })
