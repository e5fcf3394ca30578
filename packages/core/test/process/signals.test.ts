import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { namesOf } from '../../src/process/ancestors.ts'
import { silentLogger as silent } from '../../src/logger.ts'
import { signalConflicts } from '../../src/process/signal-conflicts.ts'
import { listenToSignals } from '../../src/process/signals.ts'
import { create } from '../../src/zerodown.ts'

const seen: string[] = []
const actions = {
  restart: (signal: string) => void seen.push(`restart by ${signal}`),
  shutdown: (signal: string) => void seen.push(`shutdown by ${signal}`),
  exitAtOnce: () => void seen.push('exit at once'),
}
let silence = (): void => {}

/** Sends this process a signal, and waits until it came. */
async function receive(...signals: NodeJS.Signals[]): Promise<string[]> {
  for (const signal of signals) {
    const came = once(process, signal)
    process.kill(process.pid, signal)
    await came
  }
  return seen.splice(0)
}

const listeners = (): number =>
  (['SIGUSR2', 'SIGTERM', 'SIGINT', 'SIGHUP'] as const).reduce((sum, name) => sum + process.listenerCount(name), 0)

afterEach(() => silence())

describe('signals', () => {
  it('start a restart or a shutdown', async () => {
    silence = listenToSignals({ restart: ['SIGUSR2', 'SIGHUP'], shutdown: ['SIGTERM'] }, actions)
    expect(await receive('SIGUSR2', 'SIGHUP', 'SIGTERM')).toEqual([
      'restart by SIGUSR2',
      'restart by SIGHUP',
      'shutdown by SIGTERM',
    ])
  })

  it('repeated: a second SIGINT means impatience, a second SIGTERM never does', async () => {
    silence = listenToSignals({ restart: [], shutdown: ['SIGTERM', 'SIGINT'] }, actions)
    expect(await receive('SIGTERM', 'SIGTERM', 'SIGINT', 'SIGTERM')).not.toContain('exit at once')
    expect(await receive('SIGINT')).toEqual(['exit at once'])
  })

  it('are nobody’s business any more once silenced', () => {
    const before = listeners()
    const end = listenToSignals({ restart: ['SIGUSR2'], shutdown: ['SIGTERM', 'SIGINT'] }, actions)
    expect(listeners()).toBe(before + 3)
    end()
    expect(listeners()).toBe(before)
  })
})

describe('a signal for a restart that something else listens to as well', () => {
  it.each([true, false])('is warned of, once this process is ready (%s)', async (shared) => {
    const other = (): void => {}
    if (shared) process.on('SIGHUP', other)
    const warn = vi.fn<(message: string) => void>()
    const logger = { info() {}, warn, error() {} }
    const zerodown = create({ signals: { restart: 'SIGHUP', shutdown: false }, exit: false, logger })
    const server = zerodown.attach(createServer())
    onTestFinished(async () => {
      process.off('SIGHUP', other)
      server.close()
      await once(server, 'close')
    })

    server.listen(0, '127.0.0.1')
    await once(zerodown, 'ready')

    const expected = shared
      ? [
          [
            expect.stringMatching(
              /^SIGHUP: something else .* listens to it as well.*ZERODOWN_SIGNALS_RESTART=SIGUSR2\)/,
            ),
          ],
        ]
      : []
    expect(warn.mock.calls).toEqual(expected)
  })
})

it('the signal to take in its place is one that nobody listens to: Nest does to SIGHUP as well as to SIGUSR2', () => {
  const [ours, nest] = [(): void => {}, (): void => {}]
  process.on('SIGUSR2', ours).on('SIGUSR2', nest).on('SIGHUP', nest)
  onTestFinished(() => {
    process.off('SIGUSR2', ours).off('SIGUSR2', nest).off('SIGHUP', nest)
  })
  expect(signalConflicts(['SIGUSR2'], () => [])).toEqual([
    expect.stringContaining('ZERODOWN_SIGNALS_RESTART=SIGWINCH)'),
  ])
})

it('a restart is refused when the application has just closed its servers, as on the same signal', async () => {
  const warn = vi.fn<(message: string) => void>()
  const zerodown = create({ signals: { restart: 'SIGHUP', shutdown: false }, exit: false, logger: { ...silent, warn } })
  const server = zerodown.attach(createServer())
  server.listen(0, '127.0.0.1')
  await once(zerodown, 'ready')
  const { port } = server.address() as AddressInfo
  // It is not closed before its connections are; a newer Node ends those on which nothing was asked.
  const closed = once(server, 'close')
  const client = connect(port, '127.0.0.1')
  await once(client, 'connect')
  process.prependOnceListener('SIGHUP', () => void server.close())

  await receive('SIGHUP')

  expect(warn.mock.calls).toEqual([
    [expect.stringMatching(/^SIGHUP: cannot restart: none of the servers .* listens any/)],
  ])
  await expect(zerodown.restart()).rejects.toMatchObject({ code: 'ERR_ZERODOWN_NOT_READY' })
  client.destroy()
  await closed
})

describe('below nodemon, which sends SIGUSR2 to end a process', () => {
  const below = (line: string): string[] => {
    const args = line.split(' ')
    return signalConflicts(['SIGUSR2'], () => [
      { pid: 3, args: ['sh', '-c', 'node server.js'], names: ['sh'] },
      { pid: 2, args, names: namesOf(args, 'node') },
    ])
  }

  it('that is said, with what to do', () => {
    const says = [expect.stringMatching(/^SIGUSR2: nodemon sends it .* Run nodemon --signal SIGTERM, or let another/)]
    expect(below('node /app/node_modules/.bin/nodemon server.js')).toEqual(says)
    expect(below('node /app/node_modules/nodemon/bin/nodemon.js -s SIGUSR2 server.js')).toEqual(says)
  })

  it.each(['nodemon --signal SIGTERM server.js', 'nodemon -s SIGHUP server.js', 'server.js'])('but not: %s', (rest) => {
    expect(below(`node /app/node_modules/.bin/${rest}`)).toEqual([])
  })
})
