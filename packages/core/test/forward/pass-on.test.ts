import { EventEmitter, once } from 'node:events'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { Agent, createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, it, onTestFinished } from 'vitest'
import { passOn } from '../../src/forward/pass-on.ts'

async function listen(listener: RequestListener): Promise<number> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

/** A server that passes everything on to another one, which answers by `answer`. @returns its port */
async function passing(answer: RequestListener): Promise<number> {
  const to = await listen(answer)
  return listen((incoming, response) => passOn(incoming, response, connect(to, '127.0.0.1')))
}

interface Asked {
  method?: string
  path?: string
  headers?: string[]
  body?: string
}

async function ask(
  port: number,
  { body, headers = ['Host', 'a'], ...asked }: Asked = {},
): Promise<IncomingMessage & { text: string }> {
  const sent = request({ host: '127.0.0.1', port, headers, ...asked })
  sent.end(body)
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  return Object.assign(answer, { text: await text(answer) })
}

const telling = (incoming: IncomingMessage, response: ServerResponse): void => {
  const { method, url, rawHeaders } = incoming
  void text(incoming).then((body) => response.end(JSON.stringify({ method, url, rawHeaders, body })))
}

it('a request arrives as it was sent, but for what is said of its connection', async () => {
  const port = await passing(telling)
  const headers = [
    'Host',
    'a.example',
    'X-One',
    '1',
    'x-one',
    '2',
    'Connection',
    'X-Hop',
    'X-Hop',
    '3',
    'Content-Length',
    '4',
  ]
  const answer = await ask(port, { method: 'POST', path: '/a?b=%20', headers, body: 'body' })
  expect(JSON.parse(answer.text)).toEqual({
    method: 'POST',
    url: '/a?b=%20',
    rawHeaders: ['Host', 'a.example', 'X-One', '1', 'x-one', '2', 'Content-Length', '4', 'Connection', 'close'],
    body: 'body',
  })
})

it.each(['POST', 'PUT', 'PATCH'])('a %s without a body has none', async (method) => {
  const port = await passing(telling)
  const sent = connect(port, '127.0.0.1')
  sent.write(`${method} / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)
  const told = (await text(sent)).split('\r\n\r\n')[1] ?? ''
  expect(JSON.parse(told.slice(told.indexOf('{')))).toMatchObject({
    rawHeaders: ['Host', 'a', 'Connection', 'close', 'Content-Length', '0'],
    body: '',
  })
})

it.each(['GET', 'DELETE', 'OPTIONS'])('a %s without a body says nothing of one', async (method) => {
  const answer = await ask(await passing(telling), { method, headers: ['Host', 'a'] })
  expect(JSON.parse(answer.text)).toMatchObject({ method, rawHeaders: ['Host', 'a', 'Connection', 'close'], body: '' })
})

it('a body in pieces arrives in pieces', async () => {
  const headers = ['Host', 'a', 'Transfer-Encoding', 'chunked']
  const answer = await ask(await passing(telling), { method: 'POST', headers, body: 'x'.repeat(300_000) })
  const { body } = JSON.parse(answer.text) as { body: string }
  expect(body.length).toBe(300_000)
})

it('an answer arrives as it was written, but for what is said of its connection', async () => {
  const port = await passing((_, response) => {
    response.writeHead(202, 'Sure', [
      ['Set-Cookie', 'a=1'],
      ['Set-Cookie', 'b=2'],
      ['X-Two', '2'],
      ['Keep-Alive', 'timeout=1'],
    ] as unknown as string[])
    response.end('done')
  })
  const agent = new Agent({ keepAlive: true })
  onTestFinished(() => agent.destroy())
  const answer = await ask(port)
  expect([answer.statusCode, answer.statusMessage, answer.text]).toEqual([202, 'Sure', 'done'])
  expect(answer.headers).toMatchObject({ 'set-cookie': ['a=1', 'b=2'], 'x-two': '2', connection: 'keep-alive' })
  expect(answer.headers['keep-alive']).not.toBe('timeout=1')
})

it.each([
  ['HEAD', 200, { 'content-length': '1000' }],
  ['GET', 304, { etag: '"a"' }],
  ['GET', 204, {}],
])('an answer without a body to a %s stays one: %i', async (method, status, headers) => {
  const answer = await ask(await passing((_, response) => response.writeHead(status, headers).end()), { method })
  expect([answer.statusCode, answer.text]).toEqual([status, ''])
  expect(answer.headers).toMatchObject(headers)
})

it('the beginning of an answer does not wait for its end', async () => {
  const port = await passing((_, response) => void response.write('begun'))
  const sent = request({ host: '127.0.0.1', port }).end()
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  expect(String((await once(answer, 'data'))[0])).toBe('begun')
  sent.destroy()
})

it('nor does its head, nor what is hinted before', async () => {
  const port = await passing((_, response) => {
    response.writeEarlyHints({ link: '</a.css>; rel=preload; as=style' })
    response.writeHead(200).flushHeaders()
  })
  const sent = request({ host: '127.0.0.1', port }).end()
  const [[hint]] = (await Promise.all([once(sent, 'information'), once(sent, 'response')])) as [
    [IncomingMessage],
    unknown,
  ]
  expect([hint.statusCode, hint.headers['link']]).toEqual([103, '</a.css>; rel=preload; as=style'])
  sent.destroy()
})

it('trailers arrive behind both bodies', async () => {
  const port = await passing((incoming, response) => {
    void text(incoming).then(() => {
      response.writeHead(200, { Trailer: 'X-Sum' }).write('body')
      response.addTrailers({ 'X-Sum': `of ${incoming.trailers['x-sum']}` })
      response.end()
    })
  })
  const headers = ['Host', 'a', 'Transfer-Encoding', 'chunked', 'Trailer', 'X-Sum']
  const sent = request({ host: '127.0.0.1', port, method: 'POST', headers })
  sent.write('body')
  sent.addTrailers({ 'X-Sum': '7' })
  sent.end()
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  expect([await text(answer), answer.trailers]).toEqual(['body', { 'x-sum': 'of 7' }])
})

it.each([
  ['before it has answered', (): void => {}],
  ['in the middle of its answer', (response: ServerResponse): void => void response.write('half')],
])('the connection of the client ends when the other process goes %s', async (_, begin) => {
  const port = await passing((incoming, response) => {
    begin(response)
    setTimeout(() => incoming.socket.destroy(), 20)
  })
  const sent = request({ host: '127.0.0.1', port }).end()
  const lost = once(sent, 'response').then(async ([answer]) => text(answer as IncomingMessage))
  await expect(lost).rejects.toMatchObject({ code: 'ECONNRESET' })
})

it('the other process is told when the client goes', async () => {
  const coming = new EventEmitter()
  const port = await passing((_, response) => void coming.emit('response', response))
  const sent = request({ host: '127.0.0.1', port }).end()
  sent.on('error', () => {})
  const [response] = (await once(coming, 'response')) as [ServerResponse]
  sent.destroy()
  await once(response, 'close')
  expect(response.writableEnded).toBe(false)
})
