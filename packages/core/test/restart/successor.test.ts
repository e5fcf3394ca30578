import { describe, expect, it } from 'vitest'
import { Successor } from '../../src/restart/successor.ts'
import { arrived, channelInMemory } from '../support/carriers.ts'
import { FakeProcess } from '../support/fake-successor.ts'

const LONG = 60_000
const never = (): AbortSignal => new AbortController().signal

function aSuccessor({ process = new FakeProcess(), ticketKeys = [{ listener: 3, keys: 'secret' }] } = {}) {
  const ends = channelInMemory()
  const heard: unknown[] = []
  for (const type of ['ticket-keys', 'commit', 'restart', 'stop'] as const) {
    ends.toPredecessor.on(type, () => heard.push(type))
  }
  const successor = new Successor({ process, channel: ends.toSuccessor }, 2, ticketKeys)
  return { ...ends, process, heard, successor, says: ends.toPredecessor }
}

/** One that has become ready. */
async function aReadyOne() {
  const one = aSuccessor()
  one.says.send({ type: 'ready', pid: one.process.pid })
  await one.successor.waitUntilReady(LONG, never())
  return one
}

const code = (name: string) => expect.objectContaining({ code: `ERR_ZERODOWN_${name}` }) as Error

describe('a successor that starts', () => {
  it('gets the keys of TLS servers, is known by what it says, and is ready when it says so', async () => {
    const { successor, says, heard, process } = aSuccessor()
    says.send({ type: 'hello', pid: 4711 })
    await arrived()
    expect([heard, process.identified, successor.accepts]).toEqual([['ticket-keys'], true, []])

    says.send({ type: 'ready', pid: 4711, accepts: [{ listener: 3, kinds: ['some'] }] })
    await successor.waitUntilReady(LONG, never())
    expect(successor.accepts).toEqual([{ listener: 3, kinds: ['some'] }])
  })

  it('that cannot be started fails with the reason', async () => {
    const process = new FakeProcess()
    process.failToStart(new Error('no such file'))
    const { successor } = aSuccessor({ process })
    await expect(successor.waitUntilLaunched()).rejects.toThrow('no such file')
  })

  it.each<[string, string, (of: ReturnType<typeof aSuccessor>) => void, RegExp]>([
    ['exits', 'SUCCESSOR_EXITED', ({ process }) => process.exit(3), /exited with code 3 before it was ready/],
    [
      'says why it could not listen and exits',
      'SUCCESSOR_EXITED',
      ({ process, says }) => {
        says.send({ type: 'refused', message: 'the port is taken' })
        void arrived().then(() => process.exit(1))
      },
      /It said: the port is taken; fix it and restart again/,
    ],
    [
      'leaves',
      'SUCCESSOR_NOT_SERVING',
      ({ says }) => says.send({ type: 'leaving', why: 'SIGTERM' }),
      /leaving \(SIGTERM\)/,
    ],
    ['closes the channel', 'SUCCESSOR_LOST', ({ carriers }) => carriers[1].close(), /closed the channel/],
  ])('and %s fails', async (_, name, happens, says) => {
    const one = aSuccessor()
    const ready = one.successor.waitUntilReady(LONG, never())
    happens(one)
    await expect(ready).rejects.toThrow(code(name))
    await expect(ready).rejects.toThrow(says)
  })

  it('and is not ready in time fails, and so does one that is given up', async () => {
    const { successor } = aSuccessor()
    await expect(successor.waitUntilReady(20, never())).rejects.toThrow(code('READY_TIMEOUT'))
    const reason = new Error('shutting down')
    await expect(successor.waitUntilReady(LONG, AbortSignal.abort(reason))).rejects.toThrow(reason)
  })

  it('is told over the channel to stop as well, while it has not said who it is', async () => {
    const unknown = aSuccessor()
    expect(unknown.successor.stop()).toBe(4711)
    unknown.successor.stop()
    await unknown.successor.terminate(LONG)
    await arrived()
    expect([unknown.heard, unknown.process.signals]).toEqual([['ticket-keys', 'stop'], ['SIGTERM']])

    const known = await aReadyOne()
    known.successor.stop()
    await arrived()
    expect([known.heard, known.process.signals]).toEqual([['ticket-keys'], ['SIGTERM']])
  })

  it('tells which signal has ended it before it could hear any', async () => {
    const { successor, process } = aSuccessor()
    process.die('SIGUSR2')
    await expect(successor.waitUntilReady(LONG, never())).rejects.toThrow(code('SUCCESSOR_EXITED'))
    expect(successor.endedUnheard).toBe('SIGUSR2')
  })
})

describe('a successor in its probation', () => {
  it('gets through it by living', async () => {
    const { successor } = await aReadyOne()
    await successor.waitOutProbation(20, never())
  })

  it('fails when it dies', async () => {
    const { successor, process } = await aReadyOne()
    const waited = successor.waitOutProbation(LONG, never())
    process.die('SIGSEGV')
    await expect(waited).rejects.toThrow(/was ended by SIGSEGV in its probation/)
  })

  it.each<[string, (() => readonly string[] | Promise<never>) | undefined, RegExp | undefined]>([
    ['serves all', () => [], undefined],
    ['has closed a server', () => ['tcp:127.0.0.1:80'], /does not serve tcp:127\.0\.0\.1:80 any more/],
    ['does not answer', () => new Promise<never>(() => {}), /did not answer within 50 ms/],
    ['has nobody to answer', undefined, /does not serve anything any more/],
  ])('is asked whether it serves: one that %s', async (_, answer, says) => {
    const { successor, says: other } = await aReadyOne()
    if (answer !== undefined) other.answer('serving-asked', answer)
    // Where an answer comes, it is waited for, however slow the machine is.
    const timeout = says?.source.includes('50 ms') === true ? 50 : LONG
    const confirmed = successor.confirmServing(timeout, never())
    if (says === undefined) await confirmed
    else await expect(confirmed).rejects.toThrow(says)
  })
})

describe('a successor in charge', () => {
  it('keeps this process alive no longer, and is not stopped by it', async () => {
    const { successor, process, carriers, heard } = await aReadyOne()
    expect(successor.commit(false)).toBeUndefined()
    successor.stop()
    successor.kill()
    await arrived()
    expect([heard, process.signals]).toEqual([['ticket-keys', 'commit'], []])
    expect([process.referenced, carriers[0].referenced]).toEqual([false, false])
  })

  it('tells how the restart ends that it was asked for', async () => {
    const { successor, says, heard } = await aReadyOne()
    const queued = successor.commit(true)
    const requested = successor.requestRestart()
    says.send({ type: 'restarted', pid: 5000, generation: 3 })
    expect(await queued).toEqual({ pid: 5000, generation: 3 })
    expect(await requested).toEqual({ pid: 5000, generation: 3 })
    expect(heard).toEqual(['ticket-keys', 'commit', 'restart'])

    const refused = successor.requestRestart()
    says.send({ type: 'not-restarted', message: 'a bad release' })
    await expect(refused).rejects.toThrow(code('SUCCESSOR_REFUSED'))
  })

  it('is lost, and with it a restart, when it ends or closes the channel', async () => {
    for (const happens of ['exit', 'close'] as const) {
      const { successor, process, carriers } = await aReadyOne()
      void successor.commit(false)
      const requested = successor.requestRestart()
      if (happens === 'exit') process.exit(0)
      else carriers[1].close()
      await expect(requested).rejects.toThrow(code('SUCCESSOR_LOST'))
      if (happens === 'close') await expect(successor.requestRestart()).rejects.toThrow(code('SUCCESSOR_LOST'))
    }
  })
})
