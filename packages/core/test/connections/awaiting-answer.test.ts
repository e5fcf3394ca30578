import type { ServerResponse } from 'node:http'
import { describe, expect, it } from 'vitest'
import { awaitingNothing } from '../../src/connections/awaiting-answer.ts'
import type { Client, Tracked } from '../support/http.ts'
import { GET, Inbox, answer, converse, hasRead, serve } from '../support/http.ts'

interface Begun extends Tracked {
  inbox: Inbox
  client: Client
  /** It has begun, and goes on. */
  response: ServerResponse
}

/** An answer that goes on, to a request of which these bytes have come. */
async function begun(bytes: string): Promise<Begun> {
  const inbox = new Inbox()
  const tracked = await serve(inbox.handler)
  const { client, socket } = await converse(tracked.server)
  client.say(bytes)
  const { response } = await inbox.next()
  response.write('x')
  await client.hears(/x/)
  await hasRead(socket, bytes.length)
  return { ...tracked, inbox, client, response }
}

const found = ({ server, connections, response }: Begun): boolean =>
  awaitingNothing(server, connections.open, [response]).includes(response)

describe('of an answer that goes on', () => {
  it('is known that nothing was read behind its request, and it goes on as before', async () => {
    const begin = await begun(GET())
    expect([found(begin), found(begin)]).toEqual([true, true])
    expect(begin.response.writableEnded).toBe(false)
    await answer(begin.response)
    await begin.client.hears(/0\r\n\r\n$/)
  })

  it.each([
    ['half a further request', `${GET()}GET /2 HT`],
    ['a further request', GET() + GET('/2')],
    ['half a body', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabcde'],
  ])('is known that there was %s', async (_, bytes) => {
    expect(found(await begun(bytes))).toBe(false)
  })

  it('is known that a further request came later', async () => {
    const begin = await begun(GET())
    begin.client.say(GET('/2'))
    await begin.inbox.next()
    expect(found(begin)).toBe(false)
  })

  it('is known that a body was read to its end', async () => {
    const begin = await begun('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nabcde')
    begin.response.req.resume()
    await new Promise((resolve) => begin.response.req.once('end', resolve))
    expect(found(begin)).toBe(true)
  })

  it('is known that it is over', async () => {
    const begin = await begun(GET())
    begin.response.end()
    expect(found(begin)).toBe(false)
  })
})
