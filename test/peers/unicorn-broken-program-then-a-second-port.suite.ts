import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { generationAt } from '../restart/get.ts'
import { settled } from '../restart/settle.ts'
import { copyOf, startServer, tempDir, until } from '../support/index.ts'

it('leaves the pid file as it was when the program is broken, and takes a second port once it is mended', async () => {
  const folder = await tempDir()
  const pidFile = join(folder, 'server.pid')
  const addresses = join(folder, 'addresses')
  await writeFile(addresses, '127.0.0.1:0')
  const program = await copyOf('http')
  const server = await startServer(program.path, { options: { pidFile }, env: { ADDRESS_FILE: addresses } })
  const [first] = server.latest.listening
  // It is written when the server is ready, which is a moment after it listens.
  const before = await until(() => readFile(pidFile, 'utf8'), 'the pid file')
  expect(Number(before)).toBe(server.pid)

  await program.breakSyntax()
  server.signal('SIGUSR2')
  await server.waitForLog(/the restart failed/)
  expect(await readFile(pidFile, 'utf8')).toBe(before)
  expect(await generationAt(server.target())).toBe(1)

  await program.mend()
  await writeFile(addresses, '127.0.0.1:0,127.0.0.1:0')
  const { pid, listening } = await server.restart()
  await settled(server)
  expect(listening[0]).toEqual(first)
  expect(listening).toHaveLength(2)
  expect(await generationAt(server.target(0))).toBe(2)
  expect(await generationAt(server.target(1))).toBe(2)
  expect(Number(await readFile(pidFile, 'utf8'))).toBe(pid)
})
