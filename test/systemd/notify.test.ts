import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { startServer, tempDir, until } from '../support/index.ts'
import type { ServerOptions, ServerProcess } from '../support/index.ts'

const NODE = process.env['ZERODOWN_TEST_NODE'] ?? process.execPath

interface Told {
  server: ServerProcess
  /** What systemd was told, in the order in which it was: the pid of who told it, and the variables. */
  told(): Promise<string[]>
  /** Waits until it was told this. */
  waitFor(what: string): Promise<void>
  fault(faults: string): Promise<void>
}

/** A server as systemd starts it, beside a `systemd-notify` that writes down what it is to say. */
async function startTold(options: Record<string, unknown> = {}, others: ServerOptions = {}): Promise<Told> {
  const folder = await tempDir()
  const [faults, log, notify] = ['faults', 'told', 'systemd-notify'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ]
  await writeFile(faults, '')
  await writeFile(log, '')
  await writeFile(notify, `#!/bin/sh\necho "$PPID $*" >>'${log}'\n`)
  await chmod(notify, 0o755)
  const server = await startServer('http', {
    ...others,
    options,
    env: { PATH: `${folder}:${process.env['PATH']}`, NOTIFY_SOCKET: join(folder, 'socket'), FAULT_FILE: faults },
  })
  const told = async (): Promise<string[]> =>
    (await readFile(log, 'utf8'))
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.replace(/(?<=USEC=)\d+/, 'N'))
  return {
    server,
    told,
    waitFor: async (what) => {
      await until(
        async () => (await told()).includes(what),
        () => `systemd to be told ${what}. ${server.output}`,
      )
    },
    fault: (words) => writeFile(faults, words),
  }
}

const up = (pid: number): string => `${pid} READY=1 MAINPID=${pid} STATUS=generation 1, serving`
const begun = (pid: number, generation: number): string =>
  `${pid} RELOADING=1 MONOTONIC_USEC=N STATUS=generation ${generation - 1}, restarting: generation ${generation}`
const over = (before: number, pid: number, generation: number): string =>
  `${before} READY=1 MAINPID=${pid} STATUS=generation ${generation}, serving; generation ${generation - 1} is draining`

describe('systemd is told', () => {
  it('that the service is up, and by which process, when that listens', async () => {
    const { server, told, waitFor } = await startTold()
    await waitFor(up(server.pid))
    expect(await told()).toHaveLength(1)
  })

  it('of each restart when it begins, and of each successor by its predecessor, at commit', async () => {
    const { server, told, waitFor } = await startTold()
    await waitFor(up(server.pid))
    let before = server.pid
    for (let generation = 2; generation <= 4; generation += 1) {
      const { pid } = await server.restart()
      await waitFor(begun(before, generation))
      await waitFor(over(before, pid, generation))
      await server.waitForExit(before)
      await waitFor(`${pid} READY=1 STATUS=generation ${generation}, serving`)
      before = pid
    }
    expect((await told()).filter((line) => line.includes('READY'))).toHaveLength(7)
  })

  it('of no successor that did not make it, but that the restart is over, and why', async () => {
    const { server, told, waitFor, fault } = await startTold({ probation: 2000 })
    await waitFor(up(server.pid))
    for (const what of ['exit1', 'die-in-probation:300']) {
      const from = server.output.lines.length
      await fault(what)
      server.signal('SIGUSR2', server.pid)
      await server.waitForLog(/the restart failed/, { from })
    }
    await until(async () => (await told()).length === 5, 'five announcements')
    const [first, ...others] = await told()
    expect(first).toBe(up(server.pid))
    const failed = `${server.pid} READY=1 STATUS=generation 1, serving; the restart failed: the successor, generation 2`
    expect(others).toEqual([
      begun(server.pid, 2),
      expect.stringMatching(new RegExp(`^${failed}.* before it was ready$`)),
      begun(server.pid, 2),
      expect.stringMatching(new RegExp(`^${failed}.* in its probation`)),
    ])
  })

  it('that the service stops once, by who is in charge, and never at a restart', async () => {
    const { server, told, waitFor } = await startTold()
    const { pid } = await server.restart()
    await waitFor(over(server.pid, pid, 2))
    await server.waitForExit()
    expect((await told()).filter((line) => line.includes('STOPPING'))).toEqual([])
    server.signal('SIGTERM')
    server.signal('SIGTERM')
    await server.waitForExit(pid)
    expect((await told()).filter((line) => line.includes('STOPPING'))).toEqual([
      `${pid} STOPPING=1 STATUS=generation 2, draining`,
    ])
  })

  it('by a successor itself that is left alone before the commit', async () => {
    const { server, waitFor } = await startTold({ probation: 60_000 })
    await waitFor(up(server.pid))
    const { pid } = await server.restart()
    server.signal('SIGKILL', server.pid)
    await waitFor(`${pid} READY=1 MAINPID=${pid} STATUS=generation 2, serving`)
  })

  it('nothing by a successor that has no descriptor left at the commit: it says so, and serves on', async () => {
    const { server, waitFor, fault } = await startTold(
      {},
      { node: 'sh', nodeArgs: ['-c', 'ulimit -n 128; exec "$0" "$@"', NODE] },
    )
    await waitFor(up(server.pid))
    await fault('no-descriptors')
    const second = await server.restart()
    await server.waitForLog(/no descriptors: EMFILE/)
    await server.waitForLog(/could not tell systemd MAINPID=.*EMFILE/)
    await server.waitForExit(server.pid)

    await fault('')
    const third = await server.restart()

    await waitFor(over(second.pid, third.pid, 3))
    expect(third.generation).toBe(3)
  })

  it('nothing, and is no reason to fail, where it cannot be told', async () => {
    const server = await startServer('http', { env: { NOTIFY_SOCKET: '/nowhere', PATH: '/nonexistent' } })
    await server.waitForLog(/could not tell systemd .*ENOENT/)
    const { generation } = await server.restart()
    expect(generation).toBe(2)
  })
})
