import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { tempDir } from '../../../../test/support/index.ts'
import { arrived } from '../support/carriers.ts'
import { TestedProcess, aServingProcess, bad, good, silent } from '../support/lifecycles.ts'
import { code } from '../support/errors.ts'

describe('the states of a process', () => {
  it('starting, until its servers listen; then serving', async () => {
    const process = new TestedProcess()
    const server = process.attach()
    server.listen(0, '127.0.0.1')
    expect(process.state).toBe('starting')
    await once(server, 'listening')
    expect(process.state).toBe('starting')
    await process.emitted('ready')
    expect(process.state).toBe('serving')
    expect(process.events).toEqual(['listening', 'ready'])
  })

  it('restarting, until the commit; then draining, then stopped', async () => {
    const process = await aServingProcess()
    const states: string[] = []
    for (const event of ['restarting', 'committed', 'draining', 'stopped'] as const) {
      process.on[event] = () => states.push(`${event}: ${process.state}`)
    }
    expect(await process.lifecycle.restart()).toEqual({ pid: 4711, generation: 3 })
    await process.emitted('stopped')
    expect(states).toEqual([
      'restarting: restarting',
      'committed: restarting',
      'draining: draining',
      'stopped: stopped',
    ])
    await arrived()
    expect(process.told.draining).toEqual({ reason: 'restart' })
    expect(process.successors.map(({ heard }) => heard)).toEqual([['commit']])
  })

  it('serving again, after a restart that failed', async () => {
    const process = await aServingProcess({}, [bad, good])
    await expect(process.lifecycle.restart()).rejects.toThrow(code('SUCCESSOR_EXITED'))
    expect([process.state, process.events.at(-1)]).toEqual(['serving', 'rolledBack'])
    expect(process.servers.listening).toHaveLength(1)

    await process.lifecycle.restart()
    expect(process.state).toBe('draining')
  })

  it.each(['shutdown()', 'SIGTERM', 'SIGINT'] as const)('draining and stopped, by %s', async (by) => {
    const served = await aServingProcess()
    const hooks: unknown[] = []
    served.hooks.add((why) => hooks.push(why))
    if (by === 'shutdown()') void served.lifecycle.shutdown()
    else process.emit(by, by)
    expect(served.state).toBe('draining')
    await served.emitted('stopped')
    expect(served.state).toBe('stopped')
    expect(served.events).toEqual(['listening', 'ready', 'draining', 'drained', 'stopped'])
    expect([hooks, served.told.draining]).toEqual([[{ reason: 'shutdown' }], { reason: 'shutdown' }])
  })

  it('draining, by a shutdown before it was ready, which it never is then', async () => {
    const process = new TestedProcess()
    const server = process.attach()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    await process.lifecycle.shutdown()
    expect(process.events).toEqual(['listening', 'draining', 'drained', 'stopped'])
  })
})

describe('a shutdown', () => {
  it('during a restart ends the successor at once, and the restart with it', async () => {
    const process = await aServingProcess({}, [silent])
    const restart = process.lifecycle.restart()
    await process.emitted('launched')
    const shutdown = process.lifecycle.shutdown()
    expect(process.successors[0]?.process.signals).toEqual(['SIGTERM'])
    await expect(restart).rejects.toThrow(code('RESTART_ABORTED'))
    await shutdown
    expect([process.state, process.events.includes('committed')]).toEqual(['stopped', false])
  })

  it('gives the same promise each time, and ends once', async () => {
    const process = await aServingProcess()
    const first = process.lifecycle.shutdown()
    expect(process.lifecycle.shutdown()).toBe(first)
    await first
    expect(process.lifecycle.shutdown()).toBe(first)
    expect(process.events.filter((one) => one === 'stopped')).toHaveLength(1)
  })

  it("in a listener to 'committed' ends once, in the way of a restart: path and pid file are the successor's", async () => {
    const folder = await tempDir()
    const [path, pidFile] = [join(folder, 'a.sock'), join(folder, 'pid')]
    const process = new TestedProcess({ pidFile })
    const server = process.attach()
    server.listen(path)
    await process.emitted('ready')
    process.on.committed = () => void process.lifecycle.shutdown()

    await process.lifecycle.restart()
    await process.emitted('stopped')
    await arrived()
    expect(process.events.slice(2)).toEqual([
      'restarting',
      'launched',
      'probation',
      'committed',
      'draining',
      'drained',
      'stopped',
    ])
    expect(process.told.draining).toEqual({ reason: 'restart' })
    expect(existsSync(path)).toBe(true)
    expect(await readFile(pidFile, 'utf8')).toBe('4711\n')
  })

  it('with exit: false leaves a process that lives, listens to no signal, and may use its pid file anew', async () => {
    const pidFile = join(await tempDir(), 'pid')
    const before = process.listenerCount('SIGTERM')
    const served = await aServingProcess({ pidFile, exit: false })
    expect(await readFile(pidFile, 'utf8')).toBe(`${process.pid}\n`)
    expect(process.listenerCount('SIGTERM')).toBe(before + 1)
    const ledger = await served.lifecycle.shutdown()
    expect(ledger).toMatchObject({ finished: 0, cut: 0 })
    expect([process.listenerCount('SIGTERM'), existsSync(pidFile)]).toEqual([before, false])
  })

  it('leaves a pid file alone that names another process by now', async () => {
    const pidFile = join(await tempDir(), 'pid')
    const process = await aServingProcess({ pidFile })
    await writeFile(pidFile, '4712\n')
    await process.lifecycle.shutdown()
    expect(await readFile(pidFile, 'utf8')).toBe('4712\n')
  })
})

describe('the last server is closed by the application', () => {
  it('and the lifecycle is over: no signal is listened to, and the pid file is gone', async () => {
    const pidFile = join(await tempDir(), 'pid')
    const served = new TestedProcess({ pidFile })
    const before = process.listenerCount('SIGUSR2')
    const server = await served.serve()
    await served.emitted('ready')
    const { lifecycle } = served
    server.close()
    await once(server, 'close')
    expect([served.unused, lifecycle.state.current, [...served.servers].length]).toEqual([1, 'stopped', 0])
    expect([process.listenerCount('SIGUSR2'), existsSync(pidFile)]).toEqual([before, false])
  })

  it('and a listen() after it begins anew', async () => {
    const process = new TestedProcess()
    const server = await process.serve()
    await process.emitted('ready')
    const first = process.lifecycle
    server.close()
    await once(server, 'close')

    server.listen(0, '127.0.0.1')
    await process.emitted('ready', 2)
    expect(process.lifecycle).not.toBe(first)
    expect(process.state).toBe('serving')
    expect(process.servers.listening.map((one) => one.server)).toEqual([server])
  })

  it('while another one is about to listen, which goes on', async () => {
    const process = new TestedProcess()
    const server = await process.serve()
    await process.emitted('ready')
    const next = process.attach(createServer())
    next.listen(0, '127.0.0.1')
    server.close()
    await once(next, 'listening')
    expect([process.unused, process.state]).toEqual([0, 'serving'])
  })

  it('during a restart, which is given up', async () => {
    const process = await aServingProcess({}, [silent])
    const [attached] = process.servers.listening
    const restart = process.lifecycle.restart()
    await process.emitted('launched')
    attached?.server.close()
    await expect(restart).rejects.toThrow(/given up: its last server was closed/)
    expect([process.unused, process.successors[0]?.process.signals]).toEqual([1, ['SIGTERM']])
  })
})
