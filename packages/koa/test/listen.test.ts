import { once } from 'node:events'
import { Server, get } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { create } from '@zerodown/core'
import Koa3 from 'koa'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { tempDir } from '../../../test/support/index.ts'
import { koa as withZerodown } from '../src/index.ts'

const Koa2 = createRequire(new URL('../../../test/package.json', import.meta.url))('koa2') as typeof Koa3

/** As a test wants it: nobody's signals, nobody's exit, no log. */
const instance = create({ signals: false, exit: false, logger: false })

/** Listens, and closes with the test. */
async function listening(app: Koa3, ...args: unknown[]): Promise<Server> {
  const server = Reflect.apply(app.listen, app, args) as Server
  onTestFinished(async () => {
    if (!server.listening) return
    server.close()
    await once(server, 'close')
  })
  if (!server.listening) await once(server, 'listening')
  // The callback is called a moment later.
  await new Promise((resolve) => setImmediate(resolve))
  return server
}

const ask = async (server: Server): Promise<string> => {
  const address = server.address() as AddressInfo | string
  const where = typeof address === 'string' ? { socketPath: address } : { host: '127.0.0.1', port: address.port }
  const [response] = await once(get({ ...where, agent: false }), 'response')
  return text(response)
}

describe.each([
  ['Koa 2', Koa2],
  ['Koa 3', Koa3],
])('%s with zerodown', (_, Koa) => {
  const koa = (): Koa3 => {
    const app = new Koa()
    app.silent = true
    return app
  }

  it('is the same application', () => {
    const app = koa()
    expect(withZerodown(app, {}, instance)).toBe(app)
  })

  it('serves what was added before listen(), before and after it was given to zerodown', async () => {
    const app = koa()
    app.use(async (context, next) => {
      await next()
      context.body = `${context.body as string}, first`
    })
    withZerodown(app, {}, instance).use((context) => void (context.body = 'second'))
    expect(await ask(await listening(app, 0, '127.0.0.1'))).toBe('second, first')
  })

  it.each([
    ['a port', [0]],
    ['a port and a host', [0, '127.0.0.1']],
    ['options', [{ port: 0, host: '127.0.0.1' }]],
    ['nothing', []],
  ])('listens on %s, as it would by itself', async (_case, args) => {
    const answer: Koa3.Middleware = (context) => void (context.body = 'ok')
    const bare = await listening(koa().use(answer), ...args)
    const called = vi.fn<(this: unknown) => void>()
    const ours = await listening(withZerodown(koa().use(answer), {}, instance), ...args, called)
    expect(ours).toBeInstanceOf(Server)
    const { port: _port, ...address } = bare.address() as AddressInfo
    expect(ours.address()).toMatchObject(address)
    expect(called.mock.contexts).toEqual([ours])
    expect(await ask(ours)).toBe('ok')
  })

  it('listens on a unix path', async () => {
    const path = join(await tempDir(), 'koa.sock')
    const app = withZerodown(koa(), {}, instance).use((context) => void (context.body = 'ok'))
    expect(await ask(await listening(app, path))).toBe('ok')
  })

  it('tells its own listener of errors, and answers them', async () => {
    const app = withZerodown(koa(), {}, instance)
    const failed = vi.fn<(error: unknown) => void>()
    app.on('error', failed)
    app.use(() => {
      throw new Error('a fault was asked for')
    })
    expect(await ask(await listening(app, 0, '127.0.0.1'))).toBe('Internal Server Error')
    expect(failed.mock.calls[0]?.[0]).toMatchObject({ message: 'a fault was asked for' })
  })

  it('fails to listen as it would by itself', async () => {
    const taken = await listening(koa(), 0, '127.0.0.1')
    const server = withZerodown(koa(), {}, instance).listen((taken.address() as AddressInfo).port, '127.0.0.1')
    const [error] = await once(server, 'error')
    expect(error).toMatchObject({ code: 'EADDRINUSE' })
  })

  it('takes its options, and refuses what is none', () => {
    expect(() => withZerodown(koa(), { drainTimeout: -1 }, instance)).toThrow(/drainTimeout: wants/)
  })

  it('can be what is served on an address, and so can its callback', async () => {
    for (const handler of [koa(), koa().callback()]) {
      const server = await instance.listenAndServe('127.0.0.1:0', handler)
      expect(await ask(server)).toBe('Not Found')
      server.close()
      await once(server, 'close')
    }
  })
})
