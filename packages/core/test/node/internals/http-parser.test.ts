import { createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { beforeFirstRequest, isReadByHttp } from '../../../src/node/internals/http-parser.ts'
import { GET, converse, serve } from '../../support/http.ts'
import { listen } from '../../support/servers.ts'

describe('beforeFirstRequest', () => {
  it('is told of the first request, once, before the application is', async () => {
    const said: string[] = []
    const { server } = await serve((_, response) => {
      said.push('request')
      response.end('ok')
    })
    const { client, socket } = await converse(server)
    expect(['first', 'second'].map((name) => beforeFirstRequest(socket, () => void said.push(name)))).toEqual([
      true,
      true,
    ])

    client.say(GET())
    await client.hears(/ok$/)
    client.say(GET())
    await client.hears(/ok[^]*ok$/)

    expect(said).toEqual(['second', 'first', 'request', 'request'])
  })

  it('is not possible where no request comes', async () => {
    const { socket } = await converse(await listen(createServer()))
    expect(beforeFirstRequest(socket, () => {})).toBe(false)
  })
})

describe('isReadByHttp', () => {
  it('tells a connection of an HTTP server from any other', async () => {
    const { server } = await serve((_, response) => response.end('ok'))
    expect(isReadByHttp((await converse(server)).socket)).toBe(true)
    expect(isReadByHttp((await converse(await listen(createServer()))).socket)).toBe(false)
  })
})
