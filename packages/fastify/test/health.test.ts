import { create } from '@zerodown/core'
import { describe, expect, it } from 'vitest'
import { health } from '../src/index.ts'
import { VERSIONS, closing } from './applications.ts'

describe.each(VERSIONS)('%s', (_, Fastify) => {
  it('answers by routes of its own, below the prefix', async () => {
    const app = closing(Fastify())
    const healthChecks = { '/checked': () => Promise.reject(new Error('no database')) }
    await app.register(health({ healthChecks }, create()), { prefix: '/internal' })
    const seen = async (method: 'GET' | 'HEAD' | 'POST', url: string): Promise<unknown[]> => {
      const { statusCode, headers, body } = await app.inject({ method, url })
      return [statusCode, headers['content-type'], body]
    }
    const plain = 'text/plain; charset=utf-8'
    expect(await seen('GET', '/internal/livez')).toEqual([200, plain, 'ok\n'])
    expect(await seen('HEAD', '/internal/livez')).toEqual([200, plain, ''])
    expect(await seen('GET', '/internal/readyz')).toEqual([503, plain, 'starting\n'])
    const json = await seen('GET', '/internal/readyz?verbose')
    expect(json).toMatchObject([503, expect.stringContaining('application/json'), expect.any(String)])
    expect(JSON.parse(String(json[2]))).toMatchObject({ status: 'error', state: 'starting', generation: 1 })
    expect((await seen('POST', '/internal/livez'))[0]).toBe(404)
    expect((await seen('GET', '/livez'))[0]).toBe(404)
  })
})
