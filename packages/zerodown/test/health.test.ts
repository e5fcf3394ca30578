import { once } from 'node:events'
import type { Server } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import Fastify from 'fastify'
import Koa from 'koa'
import { expect, it, onTestFinished } from 'vitest'
import zerodown from '../src/index.ts'

const health = zerodown
  .create()
  .health({ healthChecks: { '/checked': () => Promise.reject(new Error('no database')) } })

/** The same handler in each of them, with an application behind it. */
const ways: [string, () => Promise<Server>][] = [
  ['node:http', async () => createServer((asked, answer) => health(asked, answer, () => answer.end('behind')))],
  ['Express', async () => createServer(express().use(health, (_asked, answer) => void answer.send('behind')))],
  [
    'Koa',
    async () =>
      createServer(
        new Koa()
          .use(health)
          .use((context) => void (context.body = 'behind'))
          .callback(),
      ),
  ],
  [
    'Fastify',
    async () => {
      const app = Fastify()
      await app.register(health)
      app.get('/other', async () => 'behind')
      await app.ready()
      return app.server
    },
  ],
]

it.each(ways)('one handler answers in %s', async (_, make) => {
  const server = await make()
  onTestFinished(() => void server.close())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const seen = async (path: string): Promise<unknown[]> => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`)
    return [response.status, await response.text()]
  }
  expect(await seen('/livez')).toEqual([200, 'ok\n'])
  expect(await seen('/readyz')).toEqual([503, 'starting\n'])
  expect(await seen('/checked')).toEqual([503, 'starting\n'])
  expect(await seen('/other')).toEqual([200, 'behind'])
})
