import { describe, expect, it } from 'vitest'
import { writtenHead } from '../../../src/node/internals/written-head.ts'
import { GET, Inbox, converse, serve } from '../../support/http.ts'

describe('the head of an answer', () => {
  it('is known as its client has it, and not before it is written', async () => {
    const inbox = new Inbox()
    const { server } = await serve(inbox.handler)
    const { client } = await converse(server)
    client.say(GET())
    const { response } = await inbox.next()
    response.setHeader('x-one', 'caf\xe9')
    expect(writtenHead(response)).toBeUndefined()
    response.writeHead(200, 'Fine', { 'content-type': 'text/plain' })
    response.write('x')
    const heard = await client.hears(/\r\n\r\n1\r\nx/)
    expect(writtenHead(response)).toBe(heard.slice(0, heard.indexOf('\r\n\r\n') + 4))
    expect(writtenHead(response)).toMatch(
      /^HTTP\/1.1 200 Fine\r\nx-one: caf\xe9\r\ncontent-type: text\/plain\r\nDate: /,
    )
  })
})
