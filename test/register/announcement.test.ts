import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { startServer, tempDir } from '../support/index.ts'
import { startRegistered } from './start.ts'

const said = (server: { output: { lines: string[] } }): string[] =>
  server.output.lines.filter((line) => line.includes('register:'))

it('says on one line what it took over, and then what comes later', async () => {
  const path = join(await tempDir(), 'app.sock')
  const server = await startRegistered('register/later.cjs', { address: `127.0.0.1:0,unix:${path}` })
  const first = `zerodown[${server.pid}] register: took over tcp:127.0.0.1:${server.port}, unix:${path}`
  await server.waitForLog(/register: took over/)
  expect(said(server)).toEqual([first])

  server.signal('SIGHUP')
  const { listening } = await server.waitForAnnouncement(1)
  const [later] = listening
  if (typeof later !== 'object') throw new Error('not on TCP')
  const second = `zerodown[${server.pid}] register: took over tcp:127.0.0.1:${later.port}`
  await server.waitForLog(new RegExp(`register: took over .*:${later.port}$`))
  expect(said(server)).toEqual([first, second])
})

it('says it anew in the successor', async () => {
  const server = await startRegistered('register/http.mjs')
  const { pid } = await server.restart()
  await server.waitForLog(new RegExp(`zerodown\\[${pid}\\] register: took over tcp:127\\.0\\.0\\.1:${server.port}$`))
})

it('says nothing of a process that never listens, which ends as ever', async () => {
  const path = join(await tempDir(), 'script.cjs')
  await writeFile(path, 'console.log("done")')
  const server = await startServer(path, { nodeArgs: ['--import', 'zerodown/register'], ready: false })
  expect(await server.waitForExit()).toBe(0)
  expect(server.output.lines).toEqual(['done'])
})
