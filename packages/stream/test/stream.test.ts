import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, get } from 'node:http'
import type { AddressInfo } from 'node:net'
import { holdHere } from '@zerodown/core/kinds'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { Stream } from '../src/stream.ts'

interface Begun {
  stream: Stream
  response: ServerResponse
  /** Waits until the client has heard that much. */
  hears(text: string): Promise<void>
}

/** A stream that came from a predecessor. */
async function begin(): Promise<Begun> {
  const server = createServer()
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = get({ host: '127.0.0.1', port: (server.address() as AddressInfo).port })
  const [request, response] = (await once(server, 'request')) as [IncomingMessage, ServerResponse]
  const stream = new Stream(request, response, { give: undefined, url: '/' }, true)
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const [answer] = (await once(client, 'response')) as [IncomingMessage]
  let heard = ''
  answer.setEncoding('utf8').on('data', (text: string) => (heard += text))
  const hears = async (text: string): Promise<void> => {
    while (heard.length < text.length) await once(answer, 'data')
    expect(heard).toBe(text)
  }
  return { stream, response, hears }
}

const event = (id: string): string => `id: ${id}\ndata: ${id}\n\n`
const late = (id: string): { id: string; text: string } => ({ id, text: event(id) })

it('sends an event once, whether the predecessor or this process is the first to write it', async () => {
  const { stream, response, hears } = await begin()
  response.write(event('1'))
  stream.late(late('1'))
  stream.late(late('2'))
  stream.late(late('3'))
  response.write(event('2').slice(0, 4))
  response.write(event('2').slice(4) + event('3'))
  response.write(`: a comment\n\n${event('4')}`)
  response.end(event('5'))
  await hears(`${event('1')}${event('2')}${event('3')}: a comment\n\n${event('4')}${event('5')}`)
})

it('does not send an event of the predecessor in the middle of one of its own', async () => {
  const { stream, response, hears } = await begin()
  response.write('id: 1\nda')
  stream.late(late('2'))
  response.write('ta: 1\n\n')
  await hears(event('1') + event('2'))
})

it('is quiet between two events, and not for as long as something holds it here', async () => {
  const { stream, response, hears } = await begin()
  response.write(event('1'))
  await hears(event('1'))
  expect(stream.isQuiet).toBe(true)
  holdHere(stream.request, () => true)
  expect(stream.isQuiet).toBe(false)
  holdHere(stream.request, () => false)
  response.write('id: 2\n')
  await hears(`${event('1')}id: 2\n`)
  expect(stream.isQuiet).toBe(false)
})

it('keeps what is written while it is frozen, and then brings on only what has an id, or writes it all', async () => {
  const { stream, response, hears } = await begin()
  stream.freeze()
  response.write(event('1'))
  response.write('data: no id\n\n')
  stream.thaw()
  await hears(`${event('1')}data: no id\n\n`)

  stream.freeze()
  response.write(event('2'))
  response.write('data: no id\n\n')
  const brought: (string | undefined)[] = []
  stream.move({ late: ({ id }) => brought.push(id), lateDestroy() {} })
  response.write(event('3'))
  expect(response.end()).toBe(response)
  expect(brought).toEqual(['2', '3'])
  expect(response.writableEnded).toBe(false)
})

describe('while it is frozen', () => {
  it('says at once what is wrong with what is written', async () => {
    const { stream, response, hears } = await begin()
    stream.freeze()
    const wrong = expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' })
    expect(() => response.write({ a: 1 })).toThrow(wrong)
    expect(() => response.end({ a: 1 })).toThrow(wrong)
    expect(() => response.write(null)).toThrow(expect.objectContaining({ code: 'ERR_STREAM_NULL_VALUES' }))
    expect(() => response.write('a', 'none' as BufferEncoding)).toThrow(
      expect.objectContaining({ code: 'ERR_UNKNOWN_ENCODING' }),
    )
    response.write(event('1'))
    response.end()
    stream.thaw()
    await hears(event('1'))
  })

  it('is not destroyed before it is known where it goes on', async () => {
    const { stream, response } = await begin()
    stream.freeze()
    response.destroy()
    expect(response.destroyed).toBe(false)
    stream.thaw()
    expect(response.destroyed).toBe(true)
    await once(response, 'close')
  })

  it('is destroyed where it goes on, once, and tells of its end', async () => {
    const { stream, response } = await begin()
    const there = { late: vi.fn<() => void>(), lateDestroy: vi.fn<() => void>() }
    stream.freeze()
    response.write(event('1'))
    response.destroy()
    response.destroy()
    stream.move(there)
    expect(there.late).toHaveBeenCalledWith({ ...late('1') })
    expect(there.lateDestroy).toHaveBeenCalledOnce()
    await once(response, 'close')
  })
})
