import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { waitForEvent } from '../restart/events.ts'
import { generationAt } from '../restart/get.ts'
import { settled } from '../restart/settle.ts'
import { startServer, tempDir } from '../support/index.ts'

const LONG = 300_000

it('closes a dropped path and a dropped port at commit, and keeps the others', async () => {
  const folder = await tempDir()
  const [kept, dropped] = [join(folder, 'kept.sock'), join(folder, 'dropped.sock')]
  const file = join(folder, 'addresses')
  await writeFile(file, `unix:${kept},unix:${dropped},127.0.0.1:0,127.0.0.1:0`)
  const server = await startServer('events', { env: { ADDRESS_FILE: file } })
  const [, onPath, keptPort, onPort] = server.latest.listening.map((_, place) => server.target(place))
  if (onPath === undefined || keptPort === undefined || onPort === undefined) throw new Error('not on four addresses')

  await writeFile(file, `unix:${kept},127.0.0.1:0`)
  await server.restart()
  await waitForEvent(server, 2, 'inCharge')
  await settled(server)
  expect(existsSync(dropped)).toBe(false)
  await expect(generationAt(onPath)).rejects.toThrow(/refused/)
  await expect(generationAt(onPort)).rejects.toThrow(/refused/)
  expect(await generationAt({ socketPath: kept })).toBe(2)
  expect(await generationAt(keptPort)).toBe(2)
})

it('does not touch a dropped path before commit: when the restart fails, it is still there, and served', async () => {
  const folder = await tempDir()
  const [kept, dropped] = [join(folder, 'kept.sock'), join(folder, 'dropped.sock')]
  const file = join(folder, 'addresses')
  await writeFile(file, `unix:${kept},unix:${dropped}`)
  const server = await startServer('events', { options: { probation: LONG }, env: { ADDRESS_FILE: file } })

  await writeFile(file, `unix:${kept}`)
  server.signal('SIGUSR2')
  const { message } = await waitForEvent(server, 1, 'probation')
  // Only the predecessor serves it; the successor, which wants it no more, has it and must not keep anybody waiting.
  for (let request = 0; request < 20; request++) expect(await generationAt({ socketPath: dropped })).toBe(1)

  process.kill(Number(message['pid']), 'SIGKILL')
  await waitForEvent(server, 1, 'rolledBack')
  expect(existsSync(dropped)).toBe(true)
  expect(await generationAt({ socketPath: dropped })).toBe(1)
  expect(await generationAt({ socketPath: kept })).toBe(1)
})
