import { setTimeout as wait } from 'node:timers/promises'
import Hapi from '@hapi/hapi'

const { HOST: host, PORT: port } = process.env
const server = Hapi.server({ host, port })
server.route([
  { method: 'GET', path: '/identity', handler: () => ({ generation: process.pid }) },
  {
    method: 'GET',
    path: '/slow',
    async handler({ query }) {
      await wait(Number(query.ms))
      return { generation: process.pid }
    },
  },
  {
    method: 'POST',
    path: '/echo',
    options: { payload: { parse: false } },
    handler: ({ payload }, h) => h.response(payload).header('x-generation', String(process.pid)),
  },
])
server.ext('onPostStop', () => console.log('cleaned up: the server has stopped'))
await server.start()

// As its tutorials have it.
process.on('SIGTERM', async () => {
  await server.stop({ timeout: 10_000 })
  process.exit(0)
})
