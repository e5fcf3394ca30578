import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { generationAt } from '../restart/get.ts'
import { inspectProcess, isAlive, startServer, tempDir, until } from '../support/index.ts'
import type { ServerProcess } from '../support/index.ts'

const NODE = process.env['ZERODOWN_TEST_NODE'] ?? process.execPath
const hasScript = spawnSync('script', ['--version']).status === 0

/** A server in a terminal of its own, which `command` leads and which is closed when that ends. */
async function startInTerminal(command: string): Promise<{ server: ServerProcess; pidFile: string }> {
  const pidFile = join(await tempDir(), 'pid')
  const script = `exec script -qfc '${command}' /dev/null`
  const server = await startServer('http', {
    node: 'sh',
    nodeArgs: ['-c', script],
    env: { NODE },
    options: { pidFile },
  })
  await until(() => named(pidFile) === server.current(), 'the pid file')
  return { server, pidFile }
}

const named = (pidFile: string): number => Number(readFileSync(pidFile, 'utf8'))

const sessionOf = (pid: number): number | undefined => inspectProcess(pid)?.session

/** What is printed goes to the terminal, and is lost with it: who is in charge, the pid file tells. */
async function restart(pidFile: string): Promise<number> {
  const before = named(pidFile)
  process.kill(before, 'SIGUSR2')
  const pid = await until(() => named(pidFile) !== before && named(pidFile), 'the successor in the pid file')
  await until(() => !isAlive(before), 'the end of the predecessor')
  return pid
}

describe.runIf(hasScript)('a server that is all there is in a terminal', () => {
  it.each([
    ['as its leader', 'exec "$NODE" "$0"'],
    ['below a shell that ends with it', '"$NODE" "$0"; exit $?'],
  ])('serves on when the terminal is closed behind the predecessor: %s', async (_, command) => {
    // The program's path comes as $0 of the shell.
    const { server, pidFile } = await startInTerminal(command.replaceAll('$0', '\'"$0"\''))
    const target = server.target()

    await restart(pidFile)
    await server.waitForExit(server.pid)
    await restart(pidFile)

    expect(await generationAt(target)).toBe(3)
    process.kill(named(pidFile), 'SIGTERM')
    await until(() => server.alive().length === 0, 'the end of all')
  })

  it('stays in the session of a program that stays, where a Ctrl-C reaches it', async () => {
    const wrapper = join(await tempDir(), 'stays.cjs')
    await writeFile(
      wrapper,
      `require('child_process').spawn(process.argv[2], [process.argv[3]], { stdio: 'inherit' }); setInterval(() => {}, 60_000)`,
    )
    const { server, pidFile } = await startInTerminal(`exec "$NODE" ${wrapper} "$NODE" '"$0"'`)
    const session = sessionOf(server.current())
    const pid = await restart(pidFile)
    expect(sessionOf(pid)).toBe(session)
  })
})
