import { once } from 'node:events'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { create } from '@zerodown/core'
import Koa3 from 'koa'
import { describe, expect, it, onTestFinished } from 'vitest'
import { health } from '../src/index.ts'

const Koa2 = createRequire(new URL('../../../test/package.json', import.meta.url))('koa2') as typeof Koa3

async function listening(app: Koa3): Promise<string> {
  const server = app.listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const seen = async (url: string, options?: RequestInit): Promise<unknown[]> => {
  const response = await fetch(url, options)
  return [response.status, response.headers.get('content-type'), await response.text()]
}

const PLAIN = 'text/plain; charset=utf-8'

describe.each([
  ['Koa 2', Koa2],
  ['Koa 3', Koa3],
])('%s', (_, Koa) => {
  it('answers by the middleware, and passes on what is not for it', async () => {
    const app = new Koa()
    const healthChecks = { '/checked': () => Promise.reject(new Error('no database')) }
    app.use(health({ livePath: '/livez', healthChecks }, create()))
    app.use((context) => void (context.body = 'the application'))
    const at = await listening(app)
    expect(await seen(`${at}/livez`)).toEqual([200, PLAIN, 'ok\n'])
    expect(await seen(`${at}/livez`, { method: 'HEAD' })).toEqual([200, PLAIN, ''])
    expect(await seen(`${at}/readyz`)).toEqual([503, PLAIN, 'starting\n'])
    expect(await seen(`${at}/readyz?verbose`)).toMatchObject([503, 'application/json', /"state":"starting"/])
    expect(await seen(`${at}/livez`, { method: 'POST' })).toEqual([200, PLAIN, 'the application'])
    expect(await seen(`${at}/other`)).toEqual([200, PLAIN, 'the application'])
  })
})
