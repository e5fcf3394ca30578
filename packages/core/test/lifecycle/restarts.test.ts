import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { arrived } from '../support/carriers.ts'
import { code } from '../support/errors.ts'
import { TestedProcess, aServingProcess, bad, good, silent } from '../support/lifecycles.ts'
import { acceptedBy } from '../support/servers.ts'

describe('a trigger during a restart', () => {
  it('is passed on with the commit: the successor restarts once more, and says how that ends', async () => {
    const process = await aServingProcess()
    const first = process.lifecycle.restart()
    const more = [process.lifecycle.restart(), process.lifecycle.restart()]
    expect(process.lifecycle.status.restartQueued).toBe(true)
    expect(await first).toEqual({ pid: 4711, generation: 3 })
    expect(process.lifecycle.status.restartQueued).toBe(false)

    process.successors[0]?.says.send({ type: 'restarted', pid: 5000, generation: 4 })
    expect(await Promise.all(more)).toEqual([
      { pid: 5000, generation: 4 },
      { pid: 5000, generation: 4 },
    ])
    expect(process.successors).toHaveLength(1)
  })

  it('that fails is followed by exactly one more, however many triggers came', async () => {
    const process = await aServingProcess({}, [bad, good])
    const failing = process.lifecycle.restart()
    const triggers = [process.lifecycle.restart(), process.lifecycle.restart()]
    await expect(failing).rejects.toThrow(code('SUCCESSOR_EXITED'))

    expect(await Promise.all(triggers)).toEqual([
      { pid: 4712, generation: 3 },
      { pid: 4712, generation: 3 },
    ])
    expect(process.successors).toHaveLength(2)
  })

  it('that fails is followed by none where no trigger came', async () => {
    const process = await aServingProcess({}, [bad])
    await expect(process.lifecycle.restart()).rejects.toThrow(code('SUCCESSOR_EXITED'))
    await arrived()
    expect([process.state, process.successors.length]).toEqual(['serving', 1])
  })

  it.each(['shutdown()', 'SIGTERM'] as const)(
    'that failed and was followed by another: %s ends its successor at once',
    async (stop) => {
      const served = await aServingProcess({}, [bad, silent])
      const failing = served.lifecycle.restart()
      const next = served.lifecycle.restart()
      await expect(failing).rejects.toThrow(code('SUCCESSOR_EXITED'))
      await served.emitted('launched', 2)
      expect(served.state).toBe('restarting')

      if (stop === 'SIGTERM') process.emit(stop, stop)
      else void served.lifecycle.shutdown()
      expect(served.successors[1]?.process.signals).toEqual(['SIGTERM'])
      await expect(next).rejects.toThrow(code('RESTART_ABORTED'))
      await served.emitted('stopped')
      expect(served.events.includes('committed')).toBe(false)
    },
  )

  it('is given up with it by a shutdown', async () => {
    const process = await aServingProcess({}, [silent])
    const restart = process.lifecycle.restart()
    const queued = process.lifecycle.restart()
    await process.emitted('launched')
    void process.lifecycle.shutdown()
    await expect(restart).rejects.toThrow(code('RESTART_ABORTED'))
    await expect(queued).rejects.toThrow(code('RESTART_ABORTED'))
    expect(process.successors).toHaveLength(1)
  })
})

describe('a shutdown at the moment of the commit', () => {
  /** Shuts down so many microtasks after the successor has given its last answer. */
  async function shutDown(later: number): Promise<string> {
    const process = await aServingProcess()
    let answers = 0
    process.onMessage = async ({ type }) => {
      if (type !== 'answer' || ++answers !== 2) return
      for (let turn = 0; turn < later; turn += 1) await undefined
      void process.lifecycle.shutdown()
    }
    await process.lifecycle.restart().catch(() => {})
    await process.emitted('stopped')
    await arrived()
    await process.end()
    const [successor] = process.successors
    return [process.told.draining?.reason, ...(successor?.heard ?? []), ...(successor?.process.signals ?? [])].join(' ')
  }

  it('comes before it or after it, whichever: there is one who serves on, or none', async () => {
    const outcomes: string[] = []
    for (let later = 0; later < 40; later += 1) outcomes.push(await shutDown(later))
    expect(new Set(outcomes)).toEqual(new Set(['shutdown SIGTERM', 'restart commit']))
  })
})

describe('a trigger outside of a restart', () => {
  /** One that serves, with a connection to its server. */
  async function aConnectedProcess() {
    const process = new TestedProcess()
    const server = await process.serve()
    await process.emitted('ready')
    return { process, server, client: await acceptedBy(server) }
  }

  it('is refused before anything listens, and while ready() is waited for', async () => {
    const waiting = new TestedProcess({ readiness: 'manual' })
    const server = waiting.attach()
    server.listen(0, '127.0.0.1')
    await expect(waiting.lifecycle.restart()).rejects.toThrow(/waits for its servers to listen/)
    await once(server, 'listening')
    await expect(waiting.lifecycle.restart()).rejects.toThrow(code('NOT_READY'))
    await expect(waiting.lifecycle.restart()).rejects.toThrow(/waits for zerodown\.ready\(\)/)
    expect(waiting.successors).toHaveLength(0)
  })

  it('waits where it is only a turn of the event loop until this process is ready', async () => {
    const process = new TestedProcess()
    await process.serve()
    expect(process.state).toBe('starting')
    const restart = process.lifecycle.restart()
    expect(process.lifecycle.status.restartQueued).toBe(true)
    expect(await restart).toEqual({ pid: 4711, generation: 3 })
  })

  it('that came before zerodown listened to signals is not lost', async () => {
    let came = true
    const stopEarlyWatch = (): boolean => {
      const before = came
      came = false
      return before
    }
    const process = new TestedProcess({}, [good], { stopEarlyWatch })
    await process.serve()
    await process.emitted('committed')
    expect(process.successors).toHaveLength(1)
  })

  it('is refused where the servers are closed, and their last connections go on', async () => {
    const { process, server, client } = await aConnectedProcess()
    server.close()
    await expect(process.lifecycle.restart()).rejects.toThrow(/none of the servers of this process listens any more/)
    client.destroy()
  })

  it('is refused while this process shuts down, and when it has', async () => {
    const process = await aServingProcess()
    const { lifecycle } = process
    const shutdown = lifecycle.shutdown()
    await expect(lifecycle.restart()).rejects.toThrow(code('SHUTTING_DOWN'))
    await shutdown
    await expect(lifecycle.restart()).rejects.toThrow(code('SHUTTING_DOWN'))
  })

  it("is the successor's, while this process drains after a restart", async () => {
    const { process, client } = await aConnectedProcess()
    await process.lifecycle.restart()
    const [successor] = process.successors

    const further = process.lifecycle.restart()
    await arrived()
    expect([process.state, successor?.heard]).toEqual(['draining', ['commit', 'restart']])
    successor?.says.send({ type: 'not-restarted', message: 'a bad release' })
    await expect(further).rejects.toThrow(code('SUCCESSOR_REFUSED'))
    client.destroy()
    await process.emitted('stopped')
    await expect(process.lifecycle.restart()).rejects.toThrow(code('SHUTTING_DOWN'))
  })

  it('by a signal starts a restart, or is answered by a warning', async () => {
    const waiting = new TestedProcess({ readiness: 'manual' })
    await waiting.serve()
    process.emit('SIGUSR2', 'SIGUSR2')
    expect(waiting.lines.at(-1)).toMatch(/^SIGUSR2: cannot restart before it is ready/)
    waiting.lifecycle.sayReady()
    process.emit('SIGUSR2', 'SIGUSR2')
    await waiting.emitted('committed')
  })
})

describe('what status() tells of a restart', () => {
  it('is how far the successor is', async () => {
    const process = await aServingProcess()
    const stages: unknown[] = []
    const note = (): void => void stages.push(process.lifecycle.status.successor?.stage)
    Object.assign(process.on, { restarting: note, launched: note, probation: note, committed: note, stopped: note })
    await process.lifecycle.restart()
    await process.emitted('stopped')
    expect(stages).toEqual([undefined, 'starting', 'ready', 'in charge', 'in charge'])
  })

  it('is that there is none any more, when the restart has failed', async () => {
    const process = await aServingProcess({}, [bad])
    await expect(process.lifecycle.restart()).rejects.toThrow(code('SUCCESSOR_EXITED'))
    expect(process.lifecycle.status).toMatchObject({ state: 'serving', successor: undefined, restartQueued: false })
  })
})
