import { PassThrough, Writable } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { Output } from '../src/output.ts'

/** Keeps what it is given; `full` makes it ask for a pause, until `drain()`. */
class Sink extends Writable {
  text = ''
  full = false

  override write(chunk: unknown): boolean {
    this.text += String(chunk)
    return !this.full
  }

  drain(): void {
    this.full = false
    this.emit('drain')
  }
}

function aProcess(prefix = '[1.1] ', sink = new Sink()) {
  const output = new Output(sink)
  const from = new PassThrough()
  return { sink, output, from, over: output.add(from, prefix) }
}

describe('with a prefix', () => {
  it('each line begins with it, however it comes, and an empty one too', async () => {
    const { sink, from, over } = aProcess()
    for (const text of ['on', 'e\ntw', 'o\n\nthree\n']) from.write(text)
    from.end()
    await over
    expect(sink.text).toBe('[1.1] one\n[1.1] two\n[1.1] \n[1.1] three\n')
  })

  it('a character is not broken that comes in two pieces', async () => {
    const { sink, from, over } = aProcess()
    const bytes = Buffer.from('grün\n')
    from.write(bytes.subarray(0, 3))
    from.end(bytes.subarray(3))
    await over
    expect(sink.text).toBe('[1.1] grün\n')
  })

  it('what is not ended is written at the end of the process', async () => {
    const { sink, from, over } = aProcess()
    from.write('half')
    await turn()
    expect(sink.text).toBe('')
    from.end()
    await over
    expect(sink.text).toBe('[1.1] half\n')
  })

  it('a line without an end is written in pieces', async () => {
    const { sink, from, over } = aProcess()
    from.end('x'.repeat(70_000))
    await over
    expect(sink.text.split('\n').map(({ length }) => length)).toEqual([6 + 65_536, 6 + 70_000 - 65_536, 0])
  })

  it('lines of several processes are not mixed', async () => {
    const { sink, output, from, over } = aProcess()
    const other = new PassThrough()
    const others = output.add(other, '[2.1] ')
    from.write('one ')
    other.write('other ')
    from.end('line\n')
    other.end('line\n')
    await Promise.all([over, others])
    expect(sink.text.split('\n').toSorted()).toEqual(['', '[1.1] one line', '[2.1] other line'])
  })
})

describe('where the output goes', () => {
  it('is waited for', async () => {
    const { sink, from, over } = aProcess()
    sink.full = true
    from.write('one\n')
    await turn()
    from.write('two\n')
    await turn()
    expect([sink.text, from.isPaused()]).toEqual(['[1.1] one\n', true])
    sink.drain()
    from.end()
    await over
    expect(sink.text).toBe('[1.1] one\n[1.1] two\n')
  })

  it('is not waited for when nobody reads it any more', async () => {
    const { sink, from, over } = aProcess()
    sink.full = true
    from.write('one\n')
    await turn()
    sink.emit('error', new Error('write EPIPE'))
    for (let times = 0; times < 100; times += 1) from.write(`${'x'.repeat(1000)}\n`)
    from.end()
    await over
    expect(sink.text).toBe('[1.1] one\n')
  })
})
