import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { getJson } from '../restart/get.ts'
import { copyOf } from '../support/index.ts'
import { startRegistered } from './start.ts'

/** Generation 1 serves; each later one complains in colours, and ends. */
const COMPLAINS = `
const { createServer } = require('node:http')
const { serve } = require('./shared.cjs')
if (process.env.FIRST === String(process.ppid)) {
  serve((...address) => createServer((_, response) => response.end('{}')).listen(...address))
} else {
  console.error('connecting')
  console.error('\\u001b[31mno database\\u001b[39m')
  process.exit(1)
}
`

it('a successor that complains and ends is quoted in the reason why the restart failed', async () => {
  const { folder } = await copyOf('register/http')
  const program = join(folder, 'register', 'complains.cjs')
  await writeFile(program, COMPLAINS)
  const server = await startRegistered(program, { env: { FIRST: String(process.pid) } })
  server.signal('SIGUSR2')
  await server.waitForLog(
    /exited with code 1 before it was ready\. This process serves on as before\. It said: connecting \| no database; fix it and restart again\./,
  )
  expect(await getJson(server.target())).toEqual({})
  // As it was written, it is in the log as well.
  await server.waitForLog(/^no database$|\[31mno database/)
})
