import { PassThrough } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { defaultLogger, tolerant } from '../src/logger.ts'

/** In the place of stderr, as an application may put one. */
function replaceStderr(): PassThrough {
  const stream = new PassThrough()
  vi.spyOn(process, 'stderr', 'get').mockReturnValue(stream as unknown as NodeJS.WriteStream & { fd: 2 })
  return stream
}

const linesOf = (stream: PassThrough): string[] =>
  String(stream.read() ?? '')
    .split('\n')
    .slice(0, -1)

afterEach(() => vi.restoreAllMocks())

describe('a line of the log', () => {
  it('goes to the stderr of that moment', () => {
    for (const stream of [replaceStderr(), replaceStderr()]) {
      vi.spyOn(process, 'stderr', 'get').mockReturnValue(stream as unknown as NodeJS.WriteStream & { fd: 2 })
      defaultLogger.warn('100 %s')
      expect(linesOf(stream)).toEqual([`zerodown[${process.pid}] warning: 100 %s`])
    }
  })

  it.each(['EPIPE', 'EIO', 'EAGAIN'])('ends nothing where it cannot be written: %s', async (code) => {
    const stream = replaceStderr()
    stream._write = (_chunk, _encoding, done) => setImmediate(done, Object.assign(new Error(code), { code }))
    const emitted = vi.fn<() => void>()
    process.once('uncaughtExceptionMonitor', emitted)
    for (let line = 0; line < 3; line += 1) {
      defaultLogger.info('a line')
      defaultLogger.info('and another one')
      await nextTurn()
      await nextTurn()
    }
    process.off('uncaughtExceptionMonitor', emitted)
    expect(emitted).not.toHaveBeenCalled()
    expect(stream.listenerCount('error')).toBe(0)
  })
})

describe('a logger that fails ends nothing, and what it did not say is on stderr', () => {
  it.each([
    [
      'at once',
      () => {
        throw new Error('no disk')
      },
    ],
    [
      'by a promise',
      async () => {
        throw new Error('no disk')
      },
    ],
  ])('%s', async (_, fails) => {
    const stream = replaceStderr()
    tolerant({ info: fails, warn: fails, error: fails }).warn('a line')
    await nextTurn()
    expect(linesOf(stream)).toEqual([`zerodown[${process.pid}] error: the logger failed (no disk) on: a line`])
  })
})
