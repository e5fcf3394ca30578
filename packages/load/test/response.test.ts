import { describe, expect, it } from 'vitest'
import { MalformedAnswer, ResponseParser } from '../src/response.ts'
import type { Answer } from '../src/response.ts'

const STREAM = [
  'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Generation: 3\r\n\r\nhello',
  'HTTP/1.1 100 Continue\r\n\r\n',
  'HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n4\r\nab\r\n\r\n1a;name=value\r\nabcdefghijklmnopqrstuvwxyz\r\n0\r\nx-trailer: 1\r\n\r\n',
  'HTTP/1.1 204 No Content\r\n\r\n',
  'HTTP/1.1 503\r\ncontent-length: 0\r\nconnection: Keep-Alive, Close\r\n\r\n',
].join('')

const parse = (...parts: string[]): Answer[] => {
  const parser = new ResponseParser()
  return parts.flatMap((part) => parser.push(Buffer.from(part, 'latin1')))
}

const inShort = (answers: Answer[]): unknown[] =>
  answers.map(({ status, body, close }) => [status, body.toString(), close])

const WANTED = [
  [200, 'hello', false],
  [200, 'ab\r\nabcdefghijklmnopqrstuvwxyz', false],
  [204, '', false],
  [503, '', true],
]

describe('the response parser', () => {
  it('reads answers with a length, in chunks and without a body', () => {
    const answers = parse(STREAM)
    expect(inShort(answers)).toEqual(WANTED)
    expect(answers[0]?.headers.get('x-generation')).toBe('3')
  })

  it('reads the same however the bytes are cut', () => {
    for (let at = 1; at < STREAM.length; at++) {
      expect(inShort(parse(STREAM.slice(0, at), STREAM.slice(at))), `cut at byte ${at}`).toEqual(WANTED)
    }
    expect(inShort(parse(...STREAM))).toEqual(WANTED)
  })

  it('knows whether it is in the middle of an answer', () => {
    const parser = new ResponseParser()
    const steps = [...'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nab'].map((byte) => {
      parser.push(Buffer.from(byte))
      return parser.partial
    })
    expect(steps.pop()).toBe(false)
    expect(new Set(steps)).toEqual(new Set([true]))
  })

  it('takes HTTP/1.0 as closing unless it says keep-alive', () => {
    expect(parse('HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n')[0]?.close).toBe(true)
    expect(parse('HTTP/1.0 200 OK\r\ncontent-length: 0\r\nconnection: keep-alive\r\n\r\n')[0]?.close).toBe(false)
  })

  it.each([
    ['no HTTP', 'SSH-2.0-OpenSSH\r\n'],
    ['HTTP/2', 'HTTP/2 200\r\n\r\n'],
    ['no status', 'HTTP/1.1 OK\r\n\r\n'],
    ['a header without a name', 'HTTP/1.1 200 OK\r\n: x\r\n\r\n'],
    ['a body that ends with the connection', 'HTTP/1.1 200 OK\r\n\r\nbody'],
    ['a length that is no number', 'HTTP/1.1 200 OK\r\ncontent-length: 2x\r\n\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n'],
    ['a length beside chunks', 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n'],
    ['another coding', 'HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n'],
    ['a bad size of a chunk', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n'],
    ['a chunk longer than it said', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nabc\r\n'],
    ['an endless head', `HTTP/1.1 200 OK\r\nx: ${'x'.repeat(70_000)}`],
  ])('refuses %s', (_, bytes) => {
    expect(() => parse(bytes)).toThrow(MalformedAnswer)
  })
})
