import { describe, expect, it } from 'vitest'
import { isSame, readAnswer } from '../src/answer.ts'
import { readAlong } from '../src/coming.ts'

const HEAD = [
  'HTTP/1.1 101 Switching Protocols',
  'Upgrade: websocket',
  'Sec-WebSocket-Accept: abc=',
  'X-Other: 1',
  '',
  '',
]

describe('an answer', () => {
  it('is known by what the client relies on', () => {
    const answer = readAnswer([...HEAD.slice(0, 3), 'SEC-WEBSOCKET-PROTOCOL:  chat ', ...HEAD.slice(3)])
    expect(answer).toEqual({ accept: 'abc=', extensions: '', protocol: 'chat' })
  })

  it('is none where nothing was upgraded', () => {
    expect([readAnswer(['HTTP/1.1 401 Unauthorized']), readAnswer([])]).toEqual([undefined, undefined])
  })

  it('fits if it promises the same', () => {
    const one = { accept: 'a', extensions: 'b', protocol: 'c' }
    const others = [
      { ...one, accept: 'x' },
      { ...one, extensions: 'x' },
      { ...one, protocol: 'x' },
    ]
    expect([isSame(one, { ...one }), ...others.map((other) => isSame(one, other))]).toEqual([true, false, false, false])
  })
})

describe('what comes along', () => {
  const along = { id: 1, head: 'GET / HTTP/1.1', answer: { accept: 'a', extensions: '', protocol: '' }, unfinished: '' }

  it('is read, with a state or without', () => {
    expect(readAlong({ ...along, later: 'a field of another version' })).toEqual(along)
    expect(readAlong({ ...along, state: '{}' })).toEqual({ ...along, state: '{}' })
  })

  it.each(['id', 'head', 'answer', 'unfinished', 'state'])('is not understood where %s is something else', (name) => {
    expect(readAlong({ ...along, [name]: [] })).toBeUndefined()
  })
})
