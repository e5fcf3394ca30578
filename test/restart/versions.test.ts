import { readlinkSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import type { Worker } from '@zerodown/load'
import { expect, it } from 'vitest'
import { expectUnnoticed } from '../handover/stage/restarts.ts'
import { startGenerations } from '../handover/stage/server.ts'
import { FIXTURES, freePort, startServer } from '../support/index.ts'
import { generationAt } from './get.ts'

/** The same one, unless ZERODOWN_TEST_NODE names another. */
const THIS_NODE = realpathSync(process.execPath)
const OTHER_NODE = realpathSync(process.env['ZERODOWN_TEST_NODE'] ?? process.execPath)

const WORKERS: readonly Worker[] = [
  { kind: 'keepAlive', connections: 5, thinkTime: [0, 20] },
  { kind: 'post', connections: 3, size: 30_000, chunks: 4, chunkDelay: [0, 10], thinkTime: [0, 20] },
  { kind: 'pipelined', connections: 2, thinkTime: [0, 20] },
]

it.each([
  { what: 'to another', from: THIS_NODE, to: OTHER_NODE },
  { what: 'and back', from: OTHER_NODE, to: THIS_NODE },
])('restarts from one version of Node $what, and moves every connection', async ({ from, to }) => {
  const server = await startGenerations({ node: from, options: { launch: { execPath: to } } })
  expect(nodeOf(server.pid)).toBe(from)

  await expectUnnoticed(server, WORKERS, { restarts: 1 })

  expect(nodeOf(server.current())).toBe(to)
})

const nodeOf = (pid: number): string => readlinkSync(`/proc/${pid}/exe`)

it('cannot restart into a zerodown that does not understand what it is given: the old process serves on', async () => {
  const other = `process.env.ZERODOWN_INHERITANCE = process.env.ZERODOWN_INHERITANCE.replace('"version":1', '"version":2')`
  const args = ['--import', `data:text/javascript,${encodeURIComponent(other)}`, join(FIXTURES, 'http.mjs')]
  const server = await startServer('http', {
    address: `127.0.0.1:${await freePort()}`,
    options: { launch: { args } },
  })

  server.signal('SIGUSR2')

  await server.waitForLog(/ignored an inheritance in the environment: it is of version 2, and this is version 1/)
  await server.waitForLog(/the restart failed: .* exited with code 1 before it was ready/)
  expect(await generationAt(server.target())).toBe(1)
  expect(server.alive()).toEqual([server.pid])
})
