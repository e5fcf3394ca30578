import { once } from 'node:events'
import { createServer, get } from 'node:http'
import type { RequestListener } from 'node:http'
import { connect } from 'node:http2'
import { get as getSecurely } from 'node:https'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as wait } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import { describe, expect, it, vi } from 'vitest'
import { tempDir } from '../../../test/support/index.ts'
import { VERSIONS, closing, instanceOfOnesOwn, pluginFor, urlOf } from './applications.ts'

const pem = (name: string): Buffer => readFileSync(new URL(`../../../test/fixtures/tls/${name}.pem`, import.meta.url))

describe.each(VERSIONS)('%s with zerodown', (_, Fastify) => {
  const listening = async (app: FastifyInstance, options: object = { port: 0, host: '127.0.0.1' }) => {
    closing(app)
    await app.register(pluginFor(instanceOfOnesOwn()))
    app.get('/', async () => 'ok')
    return app.listen(options)
  }

  it('resolves with what it resolves with by itself', async () => {
    const app = Fastify()
    expect(`${await listening(app)}/`).toBe(urlOf(app.server.address()))
    expect(await (await fetch(urlOf(app.server.address()))).text()).toBe('ok')
  })

  it('calls back', async () => {
    const app = closing(Fastify())
    const called = vi.fn<(error: Error | null, address: string) => void>()
    app.register(pluginFor(instanceOfOnesOwn()))
    app.get('/', async () => 'ok')
    app.listen({ port: 0 }, called)
    await vi.waitFor(() => expect(called).toHaveBeenCalledOnce())
    expect(called.mock.calls[0]?.[0]).toBeNull()
    expect(await (await fetch(`${called.mock.calls[0]?.[1]}/`)).text()).toBe('ok')
  })

  it('runs onListen hooks when it listens', async () => {
    const app = Fastify()
    const seen: unknown[] = []
    app.addHook('onListen', async () => void seen.push(app.server.listening, app.addresses().length))
    await listening(app)
    await vi.waitFor(() => expect(seen).toEqual([true, 1]))
  })

  it('listens on a unix path, and names it', async () => {
    const path = join(await tempDir(), 'fastify.sock')
    const app = Fastify()
    expect(await listening(app, { path })).toBe(path)
    expect(app.addresses()).toEqual([path])
    const [response] = await once(get({ socketPath: path, agent: false }), 'response')
    expect(await text(response)).toBe('ok')
  })

  it('listens until its signal aborts', async () => {
    const app = Fastify()
    const over = new AbortController()
    await listening(app, { port: 0, host: '127.0.0.1', signal: over.signal })
    const closed = once(app.server, 'close')
    over.abort()
    await closed
    expect(app.server.listening).toBe(false)
  })

  it('does not listen where its signal has aborted before', async () => {
    const app = Fastify()
    // In Fastify 4 this never settles, without zerodown either.
    void listening(app, { port: 0, host: '127.0.0.1', signal: AbortSignal.abort() })
    await wait(200)
    expect(app.server.listening).toBe(false)
  })

  it('serves with a server that somebody else makes', async () => {
    const made: unknown[] = []
    const serverFactory = (handler: RequestListener) => {
      const server = createServer(handler)
      made.push(server)
      return server
    }
    const app = Fastify({ serverFactory }) as unknown as FastifyInstance
    await listening(app)
    expect(made).toEqual([app.server])
    expect(await (await fetch(urlOf(app.server.address()))).text()).toBe('ok')
  })

  it('serves https', async () => {
    const app = Fastify({ https: { key: pem('key'), cert: pem('cert') } }) as unknown as FastifyInstance
    await listening(app)
    const url = urlOf(app.server.address(), 'https')
    const [response] = await once(getSecurely(url, { rejectUnauthorized: false, agent: false }), 'response')
    expect(await text(response)).toBe('ok')
  })

  it('serves http2', async () => {
    const app = Fastify({ http2: true }) as unknown as FastifyInstance
    await listening(app)
    const session = connect(urlOf(app.server.address()))
    expect(await text(session.request({ ':path': '/' }))).toBe('ok')
    session.close()
  })

  it('fails to listen as it would by itself', async () => {
    const taken = closing(Fastify())
    await taken.listen({ port: 0, host: '127.0.0.1' })
    const { port } = taken.server.address() as { port: number }
    await expect(listening(Fastify(), { port, host: '127.0.0.1' })).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })

  it('does not listen twice', async () => {
    const app = Fastify()
    await listening(app)
    await expect(app.listen({ port: 0, host: '127.0.0.1' })).rejects.toMatchObject({ code: 'FST_ERR_REOPENED_SERVER' })
  })
})
