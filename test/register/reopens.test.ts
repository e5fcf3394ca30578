import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { freePort, tempDir, until } from '../support/index.ts'
import { startRegistered } from './start.ts'

it('a successor that closes its last server and listens again has its pid file, and restarts only when it is asked', async () => {
  const folder = await tempDir()
  const [pidFile, how] = [join(folder, 'app.pid'), join(folder, 'how')]
  const next = (words: string): Promise<void> => writeFile(how, words)
  const named = (): number => Number(readFileSync(pidFile, 'utf8'))
  await next('')
  const server = await startRegistered('register/reopens.cjs', {
    env: { ZERODOWN_PID_FILE: pidFile, HOW_FILE: how, PORT: String(await freePort()) },
  })
  await next('trigger')
  const { pid } = await server.restart()
  await next('fail')
  // It came to the second generation before that listened.
  await server.waitForLog(new RegExp(`^zerodown\\[${pid}\\] error: the restart failed`))
  await server.waitForExit(server.pid)

  await next('')
  const from = server.output.lines.length
  server.signal('SIGHUP', pid)
  // Said when it is ready, by when a restart would have begun.
  await server.waitForLog(new RegExp(`^zerodown\\[${pid}\\] register: took over`), { from })
  expect(server.output.lines.slice(from).filter((line) => line.includes('restarting: generation'))).toEqual([])

  await until(() => named() === pid, `the pid file of ${pid}`)
  const successor = await server.restart()
  await until(() => named() === successor.pid, `the pid file of ${successor.pid}`)
})
