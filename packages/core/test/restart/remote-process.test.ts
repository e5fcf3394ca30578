import { describe, expect, it } from 'vitest'
import { Channel } from '../../src/channel/channel.ts'
import type { FromSupervisor, FromWorker, LaunchRequest } from '../../src/channel/supervision.ts'
import { RemoteProcess } from '../../src/restart/remote-process.ts'
import { MemoryCarrier, arrived } from '../support/carriers.ts'

const REQUEST: LaunchRequest = {
  execPath: '/node',
  argv0: 'node',
  args: [],
  cwd: '/',
  env: {},
  sockets: [5],
  lane: 'successor 1',
}

/** A process at a supervisor that says what `answer` returns to the question to start one. */
function remote(answer?: () => { pid: number } | { code: string; message: string }) {
  const [worker, supervisor] = MemoryCarrier.pair()
  const says = new Channel<FromSupervisor, FromWorker>(supervisor)
  const asked: LaunchRequest[] = []
  const signals: string[] = []
  if (answer !== undefined) {
    says.answer('launch', ({ request }) => {
      asked.push(request)
      return answer()
    })
  }
  says.on('signal-successor', ({ signal }) => signals.push(signal))
  const process = new RemoteProcess(new Channel(worker), REQUEST, ({ message }) => new Error(`not started: ${message}`))
  return { process, says, asked, signals, supervisor }
}

describe('a process that the supervisor starts', () => {
  it('is asked for, and has its pid when it is there', async () => {
    const { process, asked } = remote(() => ({ pid: 77 }))
    await process.launched
    expect([asked, process.pid, process.identified]).toEqual([[REQUEST], 77, false])
    process.identify(78)
    expect([process.pid, process.identified]).toEqual([78, true])
  })

  it('ends as the supervisor says', async () => {
    const { process, says } = remote(() => ({ pid: 77 }))
    await process.launched
    says.send({ type: 'successor-ended', signal: 'SIGKILL', how: 'was ended by SIGKILL' })
    expect(await process.ended).toEqual({ signal: 'SIGKILL', how: 'was ended by SIGKILL' })
  })

  it('ends, as far as one can know, with the supervisor, which would tell', async () => {
    const { process, supervisor } = remote(() => ({ pid: 77 }))
    await process.launched
    supervisor.close()
    expect(await process.ended).toEqual({ signal: null, how: 'has lost its supervisor, and ends' })
  })

  it('that could not be started has an error in place of an end', async () => {
    const { process } = remote(() => ({ code: 'ERR_ZERODOWN_LAUNCH', message: 'spawn ENOENT' }))
    expect(await process.ended).toEqual(new Error('not started: spawn ENOENT'))
  })

  it('cannot be started where the supervisor has gone, or does not know how', async () => {
    const { process, supervisor } = remote(() => ({ pid: 77 }))
    supervisor.close()
    const how = 'cannot be started: the supervisor has gone'
    expect(await process.ended).toEqual({ signal: null, how })
    expect(await remote().process.ended).toEqual({ signal: null, how })
  })
})

describe('to stop it', () => {
  it('sends it SIGTERM, once, and waits for its end', async () => {
    const { process, says, signals } = remote(() => ({ pid: 77 }))
    await process.launched
    const over = process.terminate(60_000)
    expect(process.stop()).toBe(false)
    await arrived()
    expect(signals).toEqual(['SIGTERM'])
    says.send({ type: 'successor-ended', signal: null, how: 'exited with code 0' })
    await over
    await arrived()
    expect(signals).toEqual(['SIGTERM'])
  })

  it('takes SIGKILL when it does not end in time', async () => {
    const { process, says, signals } = remote(() => ({ pid: 77 }))
    await process.launched
    says.on('signal-successor', ({ signal }) => {
      signals.push(signal)
      if (signal === 'SIGKILL') says.send({ type: 'successor-ended', signal, how: 'was ended by SIGKILL' })
    })
    await process.terminate(5)
    expect(signals).toEqual(['SIGTERM', 'SIGKILL'])
  })
})
