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
  const told = async (): Promise<string[]> => (await readFile(log, 'utf8')).split('\n').filter((line) => line !== '')
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

describe('systemd is told', () => {
  it('that the service is up, and by which process, when that listens', async () => {
    const { server, told, waitFor } = await startTold()
    await waitFor(`${server.pid} READY=1 MAINPID=${server.pid}`)
    expect(await told()).toHaveLength(1)
  })

  it('of each successor by its predecessor, at commit', async () => {
    const { server, told, waitFor } = await startTold()
    await waitFor(`${server.pid} READY=1 MAINPID=${server.pid}`)
    let before = server.pid
    for (let generation = 2; generation <= 4; generation += 1) {
      const { pid } = await server.restart()
      await waitFor(`${before} MAINPID=${pid}`)
      await server.waitForExit(before)
      before = pid
    }
    expect((await told()).filter((line) => line.includes('READY'))).toHaveLength(1)
  })

  it('of no successor that did not make it', async () => {
    const { server, told, waitFor, fault } = await startTold({ probation: 2000 })
    await waitFor(`${server.pid} READY=1 MAINPID=${server.pid}`)
    for (const what of ['exit1', 'die-in-probation:300']) {
      const from = server.output.lines.length
      await fault(what)
      server.signal('SIGUSR2', server.pid)
      await server.waitForLog(/the restart failed/, { from })
    }
    expect(await told()).toEqual([`${server.pid} READY=1 MAINPID=${server.pid}`])
  })

  it('that the service stops once, by who is in charge, and never at a restart', async () => {
    const { server, told, waitFor } = await startTold()
    const { pid } = await server.restart()
    await waitFor(`${server.pid} MAINPID=${pid}`)
    await server.waitForExit()
    expect((await told()).filter((line) => line.includes('STOPPING'))).toEqual([])
    server.signal('SIGTERM')
    server.signal('SIGTERM')
    await server.waitForExit(pid)
    expect((await told()).filter((line) => line.includes('STOPPING'))).toEqual([`${pid} STOPPING=1`])
  })

  it('by a successor itself that is left alone before the commit', async () => {
    const { server, waitFor } = await startTold({ probation: 60_000 })
    await waitFor(`${server.pid} READY=1 MAINPID=${server.pid}`)
    const { pid } = await server.restart()
    server.signal('SIGKILL', server.pid)
    await waitFor(`${pid} READY=1 MAINPID=${pid}`)
  })

  it('nothing by a successor that has no descriptor left at the commit: it says so, and serves on', async () => {
    const { server, waitFor, fault } = await startTold(
      {},
      { node: 'sh', nodeArgs: ['-c', 'ulimit -n 128; exec "$0" "$@"', NODE] },
    )
    await waitFor(`${server.pid} READY=1 MAINPID=${server.pid}`)
    await fault('no-descriptors')
    const second = await server.restart()
    await server.waitForLog(/no descriptors: EMFILE/)
    await server.waitForLog(/could not tell systemd MAINPID=.*EMFILE/)
    await server.waitForExit(server.pid)

    await fault('')
    const third = await server.restart()

    await waitFor(`${second.pid} MAINPID=${third.pid}`)
    expect(third.generation).toBe(3)
  })

  it('nothing, and is no reason to fail, where it cannot be told', async () => {
    const server = await startServer('http', { env: { NOTIFY_SOCKET: '/nowhere', PATH: '/nonexistent' } })
    await server.waitForLog(/could not tell systemd .*ENOENT/)
    const { generation } = await server.restart()
    expect(generation).toBe(2)
  })
})
