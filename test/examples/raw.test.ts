import { once } from 'node:events'
import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { cleanUp } from '../support/clean-up.ts'
import { startServer } from '../support/index.ts'

const folder = fileURLToPath(new URL('../../examples/raw/', import.meta.url))

it('examples/raw: a client talks on through a restart, is known by name, and gets the answer that was due', async () => {
  const server = await startServer(`${folder}server.js`, { cwd: folder, env: { PORT: '0' } })
  const socket = connect(server.port, '127.0.0.1')
  cleanUp(() => socket.destroy())
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]()
  const next = async (): Promise<string> => (await lines.next()).value as string
  expect(await next()).toBe('What is your name?')
  socket.write('Ada\n')
  expect(await next()).toMatch(/^Hello, Ada\./)
  socket.write('sleep 3\nhalf a ')

  const first = server.current()
  const second = await server.restart()
  expect(await next()).toBe(`Ada, your line 1 came to process ${first}: sleep 3`)
  await server.waitForExit(first)
  socket.write('line\n')
  expect(await next()).toBe(`Ada, your line 2 came to process ${second.pid}: half a line`)

  server.signal('SIGTERM')
  socket.end()
  await once(socket, 'close')
  await server.waitForExit(second.pid)
})
