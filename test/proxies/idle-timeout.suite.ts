import { describe, expect, it } from 'vitest'
import { haproxy } from './stage/haproxy.ts'
import { installed } from './stage/installed.ts'
import { nginx } from './stage/nginx.ts'
import type { Proxy } from './stage/proxy.ts'
import { outcomeOf, startEndingEarly } from './stage/race.ts'

/** What the client gets. */
async function outcomeBehind(proxy: Proxy, method: string): Promise<number | string> {
  const { port } = await proxy.start(await startEndingEarly())
  return outcomeOf(method, port)
}

const behindNginx = installed('nginx')

describe(`a request that nginx sends on a connection that the server is just closing${behindNginx.note}`, () => {
  it.runIf(behindNginx.runs).each(['GET', 'PUT'])('%s: is sent again, on another one', async (method) => {
    expect(await outcomeBehind(nginx, method)).toBe(200)
  })

  it.runIf(behindNginx.runs)('POST: is answered with 502', async () => {
    expect(await outcomeBehind(nginx, 'POST')).toBe(502)
  })
})

const behindHaproxy = installed('haproxy')

describe(`a request that HAProxy sends on a connection that the server is just closing${behindHaproxy.note}`, () => {
  it.runIf(behindHaproxy.runs).each(['GET', 'POST'])('%s: gets no answer, and a closed connection', async (method) => {
    expect(await outcomeBehind(haproxy, method)).toBe('ECONNRESET')
  })
})
