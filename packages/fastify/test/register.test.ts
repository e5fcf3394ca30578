import { setImmediate as nextTurn } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { VERSIONS, closing, instanceOfOnesOwn, pluginFor } from './applications.ts'

const SIGNALS = ['SIGUSR2', 'SIGTERM', 'SIGINT'] as const
const listeners = (): number => SIGNALS.reduce((sum, signal) => sum + process.listenerCount(signal), 0)

const here = { port: 0, host: '127.0.0.1' }

describe.each(VERSIONS)('%s', (_, Fastify) => {
  it('is decorated with who is in charge', async () => {
    const zerodown = instanceOfOnesOwn()
    const app = closing(Fastify())
    await app.register(pluginFor(zerodown))
    expect(app.zerodown).toBe(zerodown)
  })

  it('that is injected into leaves nothing behind, and is answered', async () => {
    const before = listeners()
    const zerodown = instanceOfOnesOwn()
    const app = closing(Fastify())
    await app.register(pluginFor(zerodown))
    app.get('/', async () => 'ok')
    expect((await app.inject('/')).body).toBe('ok')
    expect([listeners(), zerodown.state]).toEqual([before, 'starting'])
  })

  it('refuses an option that is none, and says which there are', async () => {
    const app = closing(Fastify())
    const registered = app.register(pluginFor(instanceOfOnesOwn()), { drainTimeOut: 1 } as object)
    await expect(registered).rejects.toThrow(/drainTimeOut: no such option\. There are: .*drainTimeout/)
  })

  it('can be given the plugin twice', async () => {
    const zerodown = instanceOfOnesOwn()
    const app = closing(Fastify())
    await app.register(pluginFor(zerodown))
    await app.register(pluginFor(zerodown), { drainTimeout: 100 })
    await app.listen(here)
    await vi.waitFor(() => expect(zerodown.state).toBe('serving'))
  })

  it('refuses options that disagree', async () => {
    const zerodown = instanceOfOnesOwn()
    const app = closing(Fastify())
    await app.register(pluginFor(zerodown), { drainTimeout: 100 })
    await expect(app.register(pluginFor(zerodown), { drainTimeout: 200 })).rejects.toMatchObject({
      code: 'ERR_ZERODOWN_OPTION_CONFLICT',
    })
  })

  it('refuses a second instance', async () => {
    const app = closing(Fastify())
    await app.register(pluginFor(instanceOfOnesOwn()))
    await expect(app.register(pluginFor(instanceOfOnesOwn()))).rejects.toMatchObject({
      code: 'ERR_ZERODOWN_ALREADY_ACTIVE',
    })
  })

  it('can be given the plugin in a context of its own, and all of it restarts', async () => {
    const zerodown = instanceOfOnesOwn()
    const app = closing(Fastify())
    const inside = vi.fn<(zerodown: unknown) => void>()
    app.register(async (context) => {
      await context.register(pluginFor(zerodown))
      inside(context.zerodown)
    })
    await app.listen(here)
    expect(inside).toHaveBeenCalledWith(zerodown)
    expect(app.hasDecorator('zerodown')).toBe(false)
    await vi.waitFor(() => expect(zerodown.state).toBe('serving'))
  })

  it('can be given the plugin in two contexts', async () => {
    const zerodown = instanceOfOnesOwn()
    const app = closing(Fastify())
    for (const prefix of ['/a', '/b']) {
      app.register(
        async (context) => {
          await context.register(pluginFor(zerodown))
          context.get('/', async () => context.zerodown.state)
        },
        { prefix },
      )
    }
    await app.listen(here)
    await vi.waitFor(async () => expect((await app.inject('/b')).body).toBe('serving'))
  })

  it('can be given the plugin after listen() was called, as long as nothing was awaited', async () => {
    const zerodown = instanceOfOnesOwn()
    const app = closing(Fastify())
    const listens = app.listen({ port: 0 })
    app.register(pluginFor(zerodown))
    await listens
    await vi.waitFor(() => expect(zerodown.state).toBe('serving'))
  })

  it('refuses any plugin when it listens', async () => {
    const app = closing(Fastify())
    await app.listen(here)
    const late = async (): Promise<void> => void (await app.register(pluginFor(instanceOfOnesOwn())))
    await expect(late()).rejects.toThrow(/already (booted|listening)/i)
  })

  it('refuses to take a server that listens already', async () => {
    const app = closing(Fastify())
    app.server.listen(0, '127.0.0.1')
    await expect(app.register(pluginFor(instanceOfOnesOwn()))).rejects.toMatchObject({
      code: 'ERR_ZERODOWN_ALREADY_LISTENING',
    })
  })

  it('closes by itself, and nothing is left', async () => {
    const before = listeners()
    const app = Fastify()
    await app.register(pluginFor(instanceOfOnesOwn()))
    await app.listen({ port: 0 })
    await app.close()
    expect(listeners()).toBe(before)
    expect(app.addresses()).toEqual([])
  })

  it('closes last, after the drain, and once', async () => {
    const zerodown = instanceOfOnesOwn()
    const steps: string[] = []
    zerodown.on('drained', () => steps.push('drained'))
    const app = closing(Fastify())
    await app.register(pluginFor(zerodown))
    app.addHook('onClose', async () => void steps.push('closed'))
    await app.listen(here)
    await zerodown.shutdown()
    expect(steps).toEqual(['drained', 'closed'])
  })

  it('closes all applications of the process', async () => {
    const zerodown = instanceOfOnesOwn()
    const closed = vi.fn<() => void>()
    for (let count = 0; count < 2; count += 1) {
      const app = closing(Fastify())
      await app.register(pluginFor(zerodown))
      app.addHook('onClose', async () => closed())
      await app.listen(here)
    }
    await zerodown.shutdown()
    expect(closed).toHaveBeenCalledTimes(2)
  })
})

describe.each(VERSIONS)('the log of %s', (_, Fastify) => {
  const lines: string[] = []
  const logging = (): FastifyInstance =>
    closing(Fastify({ logger: { stream: { write: (line: string) => void lines.push(line) } } }))

  it('is where zerodown logs', async () => {
    const app = logging()
    const { create } = await import('@zerodown/core')
    await app.register(pluginFor(create({ signals: false, exit: false })))
    await app.listen(here)
    await nextTurn()
    expect(lines.join('')).toMatch(/generation 1 listens on tcp:127\.0\.0\.1/)
  })

  it('is not, where another logger was asked for', async () => {
    lines.length = 0
    const info = vi.fn<(line: string) => void>()
    const app = logging()
    const { create } = await import('@zerodown/core')
    const logger = { info, warn: info, error: info }
    await app.register(pluginFor(create({ signals: false, exit: false, logger })))
    await app.listen(here)
    await nextTurn()
    expect(lines.join('')).not.toMatch(/generation 1/)
    expect(info).toHaveBeenCalledWith(expect.stringMatching(/generation 1 listens/))
  })

  it('is the first application’s, where there are two', async () => {
    lines.length = 0
    const { create } = await import('@zerodown/core')
    const zerodown = create({ signals: false, exit: false })
    for (const app of [logging(), Fastify()]) {
      onTestFinished(async () => void (await app.close()))
      await app.register(pluginFor(zerodown))
      await app.listen(here)
    }
    await nextTurn()
    expect(lines.join('').match(/generation 1 listens/g)).toHaveLength(2)
  })

  it('that says nothing leaves warnings and errors to stderr', async () => {
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    onTestFinished(() => write.mockRestore())
    const { create } = await import('@zerodown/core')
    const zerodown = create({ signals: false, exit: false, launch: { execPath: '/no/such/program' } })
    const app = closing(Fastify())
    await app.register(pluginFor(zerodown))
    await app.listen(here)
    await expect(zerodown.restart()).rejects.toMatchObject({ code: 'ERR_ZERODOWN_LAUNCH' })
    expect(write.mock.calls.map(([line]) => String(line))).toEqual([
      expect.stringMatching(/error: .*no\/such\/program/),
    ])
  })
})
