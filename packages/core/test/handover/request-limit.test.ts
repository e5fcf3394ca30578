import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { countRequests, limitRequests, requestsOn } from '../../src/handover/request-limit.ts'
import type { Client } from '../support/http.ts'
import { GET, converse, serve } from '../support/http.ts'

interface Limited {
  server: Server
  client: Client
  socket: Socket
  /** Asks, and says whether the answer says close. */
  ask(): Promise<boolean>
}

async function limited(maxRequestsPerSocket: number | undefined): Promise<Limited> {
  const { server } = await serve((_, response) => response.end('ok'))
  if (maxRequestsPerSocket !== undefined) server.maxRequestsPerSocket = maxRequestsPerSocket
  const { client, socket } = await converse(server)
  const ask = async (): Promise<boolean> => {
    client.received = ''
    client.say(GET())
    return /connection: close/i.test(await client.hears(/ok$/))
  }
  return { server, client, socket, ask }
}

describe('the number of requests on a connection', () => {
  it('is counted where there is a limit', async () => {
    const { server, socket, ask } = await limited(10)
    countRequests(server)
    expect(requestsOn(socket)).toBe(0)
    await ask()
    await ask()
    expect(requestsOn(socket)).toBe(2)
  })

  it('is counted once, however often that is asked for', async () => {
    const { server, socket, ask } = await limited(10)
    countRequests(server)
    countRequests(server)
    limitRequests(server, socket, 3)
    await ask()
    expect(requestsOn(socket)).toBe(4)
  })

  it.each([undefined, 0])('is not counted where there is none (%s)', async (none) => {
    const { server, socket, ask } = await limited(none)
    countRequests(server)
    limitRequests(server, socket, 3)
    await ask()
    expect(requestsOn(socket)).toBe(0)
    expect(server.listenerCount('request')).toBe(1)
  })
})

describe('the limit', () => {
  it('includes what was asked before the connection came here', async () => {
    const { server, socket, client, ask } = await limited(5)
    limitRequests(server, socket, 3)
    expect([await ask(), await ask()]).toEqual([false, true])
    await client.hearsAll()
  })

  it('is over at once where it was reached before', async () => {
    const { server, socket, ask } = await limited(2)
    limitRequests(server, socket, 5)
    expect(await ask()).toBe(true)
  })
})
