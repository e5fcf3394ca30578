import { describe, expect, it } from 'vitest'
import { keepLastLines } from '../../src/restart/last-lines.ts'

/** A stream that keeps what it was given. */
class Stream {
  readonly written: unknown[] = []

  write(...args: unknown[]): boolean {
    this.written.push(args)
    return false
  }
}

/** As one whose `write()` has all the forms of a stream's. */
const asStream = (stream: Stream): Pick<NodeJS.WriteStream, 'write'> => stream as Pick<NodeJS.WriteStream, 'write'>

describe('the last lines', () => {
  it('are five, oldest first, without empty ones, colours and what follows on 300 characters', () => {
    const stream = new Stream()
    const last = keepLastLines(asStream(stream))
    for (const text of ['one\ntwo\n\n', 'thr', 'ee\r\n', '\u001B[31mfour\u001B[39m\n', Buffer.from('five\n')]) {
      stream.write(text)
    }
    stream.write(`six ${'x'.repeat(1000)}`)
    expect(last.lines).toEqual(['two', 'three', 'four', 'five', `six ${'x'.repeat(296)}`])
  })

  it('are bounded, whatever is written', () => {
    const stream = new Stream()
    const last = keepLastLines(asStream(stream))
    for (let times = 0; times < 100; times += 1) stream.write('y'.repeat(10_000))
    stream.write('\nend')
    expect(last.lines).toEqual(['y'.repeat(300), 'end'])
  })

  it('go to the stream with all arguments, and its answer comes back', () => {
    const stream = new Stream()
    keepLastLines(asStream(stream))
    const done = (): void => {}
    expect(stream.write('a', 'utf8', done)).toBe(false)
    expect(stream.written).toEqual([['a', 'utf8', done]])
  })

  it('leave the stream as it was: with the write() of its class', () => {
    const stream = new Stream()
    keepLastLines(asStream(stream)).stop()
    expect(Object.hasOwn(stream, 'write')).toBe(false)
  })

  it('or with one of its own', () => {
    const write = (): boolean => true
    const stream = Object.assign(new Stream(), { write })
    keepLastLines(asStream(stream)).stop()
    expect(stream.write).toBe(write)
  })

  it('leave alone what somebody else has put in place meanwhile', () => {
    const stream = new Stream()
    const last = keepLastLines(asStream(stream))
    const write = (): boolean => true
    Object.assign(stream, { write })
    last.stop()
    expect(stream.write).toBe(write)
  })
})
