import { createServer } from 'node:http'
import { expect, it } from 'vitest'
import { serveRequests } from '../../../src/handover/replay/serve-requests.ts'
import { GET } from '../../support/http.ts'
import { listen } from '../../support/servers.ts'
import { moved, nextUncaught, serving } from './moved.ts'

it('answers what was read of a connection elsewhere, and the rest of it', async () => {
  const { client, accept, connection } = await serving(({ url }, response) => response.end(`for ${url};`))
  client.say(GET('/second').slice(5))
  expect(serveRequests(accept, connection, Buffer.from(GET('/first') + GET('/second').slice(0, 5)))).toBe(true)
  expect(await client.hears(/for \/second;/)).toMatch(/for \/first;/)
})

it('has served a request on which the application throws: nobody else may answer it', async () => {
  const error = new Error('a handler has thrown')
  const { accept, connection } = await serving(() => {
    throw error
  })
  const uncaught = nextUncaught()
  expect(serveRequests(accept, connection, Buffer.from(GET('/')))).toBe(true)
  expect(await uncaught).toBe(error)
})

it('serves nothing where something else reads the connections of the server', async () => {
  const server = createServer()
  server.removeAllListeners('connection')
  await listen(server)
  const { client, accept, connection } = await moved(server)
  expect(serveRequests(accept, connection, Buffer.from(GET('/')))).toBe(false)
  expect(await client.hearsAll()).toBe('')
})
