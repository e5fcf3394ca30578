import { describe, expect, it, vi } from 'vitest'
import type { Condition, HealthRequest } from '../../src/health/health.ts'
import { Health } from '../../src/health/health.ts'
import type { HealthOptions } from '../../src/health/options.ts'

const up: Condition = { service: 'up', state: 'serving', generation: 3 }

const healthOf = (options?: HealthOptions, condition: Partial<Condition> = {}): Health =>
  new Health(options, () => ({ ...up, ...condition }))

const get = (url: string, others: Partial<HealthRequest> = {}): HealthRequest => ({
  method: 'GET',
  url,
  headers: {},
  ...others,
})

const seen = async (health: Health, url: string): Promise<unknown[]> => {
  const answer = await health.answer(get(url))
  return [answer?.status, answer?.body]
}

describe('what is asked', () => {
  it.each([
    get('/'),
    get('/livez/'),
    get('/a/livez'),
    get('/LIVEZ'),
    get('/livez', { method: 'POST' }),
    get('/readyz', { method: 'OPTIONS' }),
    { headers: {} },
  ])('is for the application: %o', (request) => {
    expect(healthOf().answer(request)).toBeUndefined()
  })

  it.each([get('/livez'), get('/readyz'), get('/readyz?now'), get('/livez', { method: 'HEAD' })])(
    'is answered: %o',
    async (request) => {
      expect(await healthOf().answer(request)).toMatchObject({ status: 200, body: 'ok\n' })
    },
  )

  it('is looked for at other paths, where these are given', async () => {
    const health = healthOf({ livePath: '/health/live', readyPath: '/health/ready' }, { service: 'starting' })
    expect(health.answer(get('/livez'))).toBeUndefined()
    expect(await seen(health, '/health/live')).toEqual([200, 'ok\n'])
    expect(await seen(health, '/health/ready')).toEqual([503, 'starting\n'])
  })
})

describe('whether the service takes requests', () => {
  it.each([
    ['up', 200, 'ok\n'],
    ['starting', 503, 'starting\n'],
    ['shutting down', 503, 'shutting down\n'],
  ] as const)('%s: %i', async (service, status, body) => {
    const health = healthOf({}, { service })
    expect(await seen(health, '/readyz')).toEqual([status, body])
    expect(await seen(health, '/livez')).toEqual([200, 'ok\n'])
  })

  it('is not kept by anybody on the way', async () => {
    expect((await healthOf().answer(get('/readyz')))?.headers).toMatchObject({ 'cache-control': 'no-store' })
  })
})

describe('JSON', () => {
  it.each([get('/readyz?verbose'), get('/readyz', { headers: { accept: 'application/json' } })])(
    'tells state, generation and checks: %o',
    async (request) => {
      const health = healthOf({ healthChecks: { '/readyz': async () => ({ rows: 7 }) } })
      const answer = await health.answer(request)
      expect(answer?.headers['content-type']).toBe('application/json')
      expect(JSON.parse(answer?.body ?? '')).toEqual({
        status: 'ok',
        state: 'serving',
        generation: 3,
        checks: { zerodown: { status: 'ok' }, application: { status: 'ok', details: { rows: 7 } } },
      })
    },
  )

  it('tells why not', async () => {
    const answer = await healthOf({}, { service: 'shutting down', state: 'draining' }).answer(get('/readyz?verbose'))
    expect(JSON.parse(answer?.body ?? '')).toEqual({
      status: 'error',
      state: 'draining',
      generation: 3,
      checks: { zerodown: { status: 'error', reason: 'shutting down' } },
    })
  })

  it('leaves out details that it has no words for', async () => {
    const health = healthOf({ healthChecks: { '/readyz': () => ({ count: 7n }) } })
    const answer = await health.answer(get('/readyz?verbose'))
    expect(JSON.parse(answer?.body ?? '')).toMatchObject({ checks: { application: { status: 'ok' } } })
  })
})

describe('a check of the application’s', () => {
  it('that rejects or throws makes it 503, with the reason', async () => {
    const rejects = healthOf({ healthChecks: { '/readyz': () => Promise.reject(new Error('no database')) } })
    expect(await seen(rejects, '/readyz')).toEqual([503, 'no database\n'])
    expect(await seen(rejects, '/livez')).toEqual([200, 'ok\n'])
    const throws = (): never => {
      throw new Error('no queue')
    }
    expect(await seen(healthOf({ healthChecks: { '/livez': throws } }), '/livez')).toEqual([503, 'no queue\n'])
  })

  it('that rejects with several causes tells them all', async () => {
    const causes = [new Error('no database'), new Error('no queue')]
    const asTerminus = Object.assign(new Error('failed'), { causes })
    const together = new AggregateError(causes, 'failed')
    for (const error of [asTerminus, together]) {
      const health = healthOf({ healthChecks: { '/readyz': () => Promise.reject(error) } })
      expect(await seen(health, '/readyz')).toEqual([503, 'failed; no database; no queue\n'])
    }
  })

  it('that hangs has failed in time, and does not pile up', async () => {
    const check = vi.fn<() => Promise<void>>(() => new Promise(() => {}))
    const health = healthOf({ healthChecks: { '/readyz': check }, checkTimeout: 30 })
    const both = await Promise.all([seen(health, '/readyz'), seen(health, '/readyz')])
    expect(both).toEqual([both[0], both[0]])
    expect(both[0]).toEqual([503, 'the check did not end within 30 ms\n'])
    expect(check).toHaveBeenCalledTimes(1)
    await health.answer(get('/readyz'))
    expect(check).toHaveBeenCalledTimes(2)
  })

  it('is asked each time, and knows whether the service ends', async () => {
    let service: Condition['service'] = 'up'
    const check = vi.fn<(context: unknown) => void>()
    const health = new Health({ healthChecks: { '/livez': check } }, () => ({ ...up, service }))
    await health.answer(get('/livez'))
    service = 'shutting down'
    await health.answer(get('/livez'))
    expect(check.mock.calls).toEqual([[{ state: { isShuttingDown: false } }], [{ state: { isShuttingDown: true } }]])
  })

  it('is not asked where the answer is known without it', async () => {
    const check = vi.fn<() => void>()
    await healthOf({ healthChecks: { '/readyz': check } }, { service: 'shutting down' }).answer(get('/readyz'))
    expect(check).not.toHaveBeenCalled()
  })

  it('may stand at a path of its own, where the answer is that of /readyz', async () => {
    const healthChecks = { '/healthcheck': (): string => 'fine' }
    expect(await seen(healthOf({ healthChecks }), '/healthcheck')).toEqual([200, 'ok\n'])
    expect(await seen(healthOf({ healthChecks }, { service: 'starting' }), '/healthcheck')).toEqual([503, 'starting\n'])
  })
})

it.each<[object, RegExp]>([
  [{ path: '/healthz' }, /^health: path: no such option\. There are: livePath, readyPath/],
  [{ livePath: 'livez' }, /^health: livePath: wants a path that begins with '\/', and has no query, got 'livez'/],
  [{ readyPath: '/livez' }, /^health: readyPath: wants another path than livePath/],
  [{ checkTimeout: -1 }, /^health: checkTimeout: wants a number of milliseconds/],
  [{ healthChecks: { '/readyz': true } }, /^health: healthChecks\['\/readyz'\]: wants a function, got true/],
  [{ healthChecks: { verbatim: () => {} } }, /^health: healthChecks: verbatim: wants a name that is a path/],
])('options that are not valid are refused: %o', (options, message) => {
  expect(() => healthOf(options)).toThrow(
    expect.objectContaining({ code: 'ERR_ZERODOWN_OPTION', message: expect.stringMatching(message) }),
  )
})
