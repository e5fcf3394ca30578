import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import { createServer, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { expect, it } from 'vitest'
import { create } from '../../src/index.ts'
import { endWithTest } from '../support/servers.ts'

async function ask(listener: RequestListener, method: string, path: string): Promise<unknown[]> {
  const server = createServer(listener)
  endWithTest(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const asked = request({ ...(server.address() as { port: number }), host: '127.0.0.1', method, path, agent: false })
  const [response] = await once(asked.end(), 'response')
  return [response.statusCode, response.headers['content-length'], await text(response)]
}

const health = create().health()

it('answers by itself on a server of node:http, and 404 for what is not for it', async () => {
  expect(await ask(health, 'GET', '/livez')).toEqual([200, '3', 'ok\n'])
  expect(await ask(health, 'HEAD', '/livez')).toEqual([200, '3', ''])
  expect(await ask(health, 'GET', '/readyz')).toEqual([503, '9', 'starting\n'])
  expect(await ask(health, 'GET', '/')).toEqual([404, '10', 'not found\n'])
})

it('passes on what is not for it, by `next`', async () => {
  const both: RequestListener = (asked, response) => health(asked, response, () => response.end('the application'))
  expect(await ask(both, 'GET', '/livez')).toEqual([200, '3', 'ok\n'])
  expect(await ask(both, 'POST', '/livez')).toEqual([200, '15', 'the application'])
  expect(await ask(both, 'GET', '/orders')).toEqual([200, '15', 'the application'])
})
