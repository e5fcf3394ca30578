import { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { NestFactory } from '@nestjs/core'
import { describe, expect, it, vi } from 'vitest'
import { ZerodownModule } from '../src/index.ts'
import { HOOKS, PLATFORMS, Steps, application, ask, instanceOfOnesOwn, listeners, rootModule } from './applications.ts'

describe.each(PLATFORMS)('a Nest application with ZerodownModule, on %s', (_, adapter) => {
  it('listens as ever, and is in charge', async () => {
    const zerodown = instanceOfOnesOwn()
    const app = await application(rootModule(new Steps(), zerodown), adapter())
    const called = vi.fn<() => void>()
    const server: unknown = await app.listen(0, '127.0.0.1', called)
    expect(server).toBe(app.getHttpServer())
    expect(server).toBeInstanceOf(Server)
    expect(called).toHaveBeenCalledOnce()
    expect(await app.getUrl()).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    expect(await ask(app)).toBe('ok')
    expect(zerodown.status().listeners).toHaveLength(1)
  })

  it('leaves nothing behind where it does not listen', async () => {
    const before = listeners()
    const zerodown = instanceOfOnesOwn()
    const steps = new Steps()
    const app = await application(rootModule(steps, zerodown), adapter())
    await app.init()
    expect(listeners()).toEqual(before)
    await app.close()
    expect([listeners(), zerodown.state, [...steps]]).toEqual([before, 'starting', HOOKS])
  })

  it('listens to signals only while it listens', async () => {
    const before = listeners()
    const app = await application(rootModule(new Steps(), instanceOfOnesOwn()), adapter())
    await app.listen(0, '127.0.0.1')
    expect(listeners()).not.toEqual(before)
    await app.close()
    expect(listeners()).toEqual(before)
  })

  it('fails to listen as it does without', async () => {
    const taken = await application(rootModule(new Steps(), undefined), adapter())
    await taken.listen(0, '127.0.0.1')
    const { port } = taken.getHttpServer().address() as AddressInfo
    const zerodown = instanceOfOnesOwn()
    const app = await application(rootModule(new Steps(), zerodown), adapter())
    await expect(app.listen(port, '127.0.0.1')).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })

  it('leaves an application alone that has no such module', async () => {
    const zerodown = instanceOfOnesOwn()
    const other = await application(rootModule(new Steps(), undefined), adapter())
    const app = await application(rootModule(new Steps(), zerodown), adapter())
    for (const one of [other, app]) await one.listen(0, '127.0.0.1')
    expect(await ask(other)).toBe('ok')
    expect(zerodown.status().listeners).toHaveLength(1)
  })
})

describe('ZerodownModule', () => {
  it('refuses what is no option, where it is given', () => {
    expect(() => ZerodownModule.forRoot({ drainTimeout: -1 }, instanceOfOnesOwn())).toThrow(/drainTimeout: wants/)
  })

  it('does nothing in an application that has no server', async () => {
    const zerodown = instanceOfOnesOwn()
    const steps = new Steps()
    const context = await NestFactory.createApplicationContext(rootModule(steps, zerodown), { logger: false })
    await context.close()
    expect([zerodown.state, [...steps]]).toEqual(['starting', HOOKS])
  })
})
