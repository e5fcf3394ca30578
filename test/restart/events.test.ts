import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { startServer, tempDir } from '../support/index.ts'
import { toldBy, waitForEvent } from './events.ts'

it('tells every step, as an event and on the diagnostics channel of its name, in the documented order', async () => {
  const path = join(await tempDir(), 'dropped.sock')
  const addresses = join(await tempDir(), 'addresses')
  await writeFile(addresses, `127.0.0.1:0,unix:${path}`)
  const server = await startServer('events', { env: { ADDRESS_FILE: addresses } })

  await writeFile(addresses, '127.0.0.1:0')
  server.signal('SIGUSR2')
  await waitForEvent(server, 2, 'dropped')
  await waitForEvent(server, 1, 'stopped')
  server.signal('SIGTERM')
  await waitForEvent(server, 2, 'stopped')

  const first = ['listening', 'listening', 'ready', 'restarting', 'launched', 'probation', 'committed', 'draining']
  const second = ['listening', 'ready', 'inCharge', 'dropped', 'draining', 'drained', 'stopped']
  for (const via of ['event', 'channel']) {
    expect(namesOf(1, via)).toEqual([...first, 'drained', 'stopped'])
    expect(namesOf(2, via)).toEqual(second)
  }
  expect(messagesOf('event')).toEqual(messagesOf('channel'))

  const [one, two] = server.announcements
  const successor = { pid: two?.pid, generation: 2 }
  expect(messagesOf('event')).toMatchObject([
    ['listening', { adopted: false }],
    ['listening', { adopted: false, key: `unix:${path}` }],
    ['ready', { pid: one?.pid, generation: 1 }],
    ['restarting', { generation: 2 }],
    ['launched', successor],
    ['probation', { ...successor, duration: 0 }],
    ['committed', successor],
    ['draining', { reason: 'restart' }],
    ['drained', { cut: 0 }],
    ['stopped', { cut: 0 }],
    ['listening', { adopted: true }],
    ['ready', successor],
    ['inCharge', { how: 'commit' }],
    ['dropped', { key: `unix:${path}` }],
    ['draining', { reason: 'shutdown' }],
    ['drained', { cut: 0 }],
    ['stopped', { cut: 0 }],
  ])

  function namesOf(generation: number, via: string): string[] {
    return toldBy(server)
      .filter((told) => told.generation === generation && told.via === via)
      .map(({ name }) => name)
  }

  /** The first generation's, then the second's. */
  function messagesOf(via: string): unknown[] {
    return [1, 2].flatMap((generation) =>
      toldBy(server)
        .filter((told) => told.generation === generation && told.via === via)
        .map(({ name, message }) => [name, message]),
    )
  }
})

it('tells of a restart that was rolled back, and why', async () => {
  const program = join(await tempDir(), 'exits.mjs')
  await writeFile(program, 'process.exit(7)')
  const server = await startServer('events', { options: { launch: { args: [program] } } })
  server.signal('SIGUSR2')
  const { message } = await waitForEvent(server, 1, 'rolledBack')
  expect(message).toMatchObject({
    error: {
      code: 'ERR_ZERODOWN_SUCCESSOR_EXITED',
      message: expect.stringContaining('exited with code 7 before it was ready') as unknown,
    },
  })
  const names = toldBy(server).flatMap(({ via, name }) => (via === 'channel' ? name : []))
  expect(names).toEqual(['listening', 'ready', 'restarting', 'launched', 'rolledBack'])
})
