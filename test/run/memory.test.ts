import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startLoad } from '@zerodown/load'
import { expect, it } from 'vitest'
import { cleanUp } from '../support/clean-up.ts'
import { FIXTURES, tempDir, until } from '../support/index.ts'
import { startSupervised } from './stage/supervised.ts'

/** A server that grows by 100 MB when it is told to. */
const PROGRAM = `
  const { createServer } = require('node:http')
  const { respond, serve } = require('${join(FIXTURES, 'register', 'shared.cjs')}')
  const kept = []
  serve((...address) =>
    createServer((request, response) => {
      if (request.url === '/grow') kept.push(Buffer.alloc(100 * 2 ** 20, 1))
      respond(request, response)
    }).listen(...address),
  )`

it('a worker that grows over maxMemory is restarted, without a lost request', async () => {
  const program = join(await tempDir(), 'grows.cjs')
  await writeFile(program, PROGRAM)
  const { server, workers } = await startSupervised(program, { slots: 1, flags: ['--max-memory', '150M'] })
  const [before] = workers()
  const load = startLoad({
    target: server.target(),
    workers: [
      { kind: 'keepAlive', connections: 4, thinkTime: 5 },
      { kind: 'fresh', thinkTime: 5 },
    ],
  })
  cleanUp(() => load.stop(0))
  await load.waitFor(({ ok }) => ok > 20)
  await fetch(`http://127.0.0.1:${server.port}/grow`)

  await server.waitForLog(/slot 1 has grown to \d+ MB \(maxMemory\): restarting it/)
  await until(
    () => workers().length === 1 && workers()[0] !== before,
    () => `the end of the one that had grown. ${server.output}`,
  )
  expect(await load.stop()).toMatchObject({ failed: 0, reopened: 0 })
})
