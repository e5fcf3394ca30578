import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { waitForEvent } from '../restart/events.ts'
import { generationAt } from '../restart/get.ts'
import { startServer, tempDir } from '../support/index.ts'

it.each([
  [':0', '127.0.0.1:PORT'],
  ['0.0.0.0:0', '127.0.0.1:PORT'],
  ['[::]:0', '0.0.0.0:PORT'],
  ['127.0.0.1:0', ':PORT'],
])('fails to restart from %s to %s, says why, and goes on as before', async (before, after) => {
  const file = join(await tempDir(), 'addresses')
  await writeFile(file, before)
  const server = await startServer('events', { env: { ADDRESS_FILE: file } })
  const { port } = server
  await writeFile(file, after.replace('PORT', String(port)))

  server.signal('SIGUSR2')
  const { message } = await waitForEvent(server, 1, 'rolledBack')
  const { code, message: text } = message['error'] as { code: string; message: string }
  expect(code).toBe('ERR_ZERODOWN_SUCCESSOR_EXITED')
  expect(text).toContain('the predecessor listens on')
  expect(text).toContain(`:${port}`)
  await server.waitForLog(/error: the restart failed: .*the predecessor listens on/)
  expect(server.alive()).toEqual([server.pid])
  expect(await generationAt(server.target())).toBe(1)

  await writeFile(file, before)
  expect(await server.restart()).toMatchObject({ generation: 2, listening: server.announcements[0]?.listening })
})
