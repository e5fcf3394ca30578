import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { toldBy } from '../restart/events.ts'
import { generationAt } from '../restart/get.ts'
import { restartAndSettle } from '../restart/settle.ts'
import type { ServerProcess } from '../support/index.ts'
import { startServer, tempDir } from '../support/index.ts'

/** PORT stands for the port that the kernel chose for the first generation. */
const SAME_WORDS = ['127.0.0.1:0', '0.0.0.0:0', '[::1]:0', '[::]:0', ':0', 'localhost:0', 'unix:PATH']
const SAME_MEANING = [
  ['127.0.0.1:0', '127.0.0.1:PORT'],
  ['0.0.0.0:0', '0.0.0.0:PORT'],
  ['[::1]:0', '[::1]:PORT'],
  ['[::1]:0', '[0:0:0:0:0:0:0:1]:PORT'],
  [':0', ':PORT'],
  [':0', '[::]:PORT'],
  ['[::]:0', ':PORT'],
  ['localhost:0', 'localhost:PORT'],
  ['unix:PATH', 'unix:FOLDER/./app.sock'],
] as const

describe('an address is adopted by the next generation', () => {
  it.each(SAME_WORDS)('that asks for %s again', async (address) => {
    await expectAdopted(address, address)
  })

  it.each(SAME_MEANING)('where %s is now written %s', async (before, after) => {
    await expectAdopted(before, after)
  })

  it('where localhost is now written as the address that it means', async () => {
    const { server, set } = await startAt('localhost:0')
    const [bound] = server.latest.listening
    if (typeof bound !== 'object') throw new Error('not on TCP')
    const host = bound.family === 'IPv6' ? `[${bound.address}]` : bound.address
    for (const address of [`${host}:${bound.port}`, `localhost:${bound.port}`]) {
      await set(address)
      expect(await restartAndSettle(server)).toMatchObject({ listening: [bound] })
      expectAllAdopted(server)
    }
  })

  it('which asks for port 0 twice: each gets its own again, in order', async () => {
    const { server } = await startAt('127.0.0.1:0,127.0.0.1:0')
    const { listening } = server.latest
    expect(new Set(listening.map((address) => JSON.stringify(address))).size).toBe(2)
    for (const generation of [2, 3]) {
      expect(await restartAndSettle(server)).toMatchObject({ generation, listening })
      expectAllAdopted(server)
      expect(await generationAt(server.target(0))).toBe(generation)
      expect(await generationAt(server.target(1))).toBe(generation)
    }
  })

  it('in another order', async () => {
    const folder = await tempDir()
    const { server, set } = await startAt(`127.0.0.1:0,[::1]:0,unix:${folder}/app.sock`)
    const { listening } = server.latest
    await set(`unix:${folder}/app.sock,[::1]:0,127.0.0.1:0`)
    expect(await restartAndSettle(server)).toMatchObject({ listening: listening.toReversed() })
    expectAllAdopted(server)
  })
})

it('binds an address that is new', async () => {
  const folder = await tempDir()
  const { server, set } = await startAt('127.0.0.1:0')
  const [kept] = server.latest.listening
  await set(`127.0.0.1:0,unix:${folder}/new.sock,127.0.0.1:0`)
  const { listening } = await restartAndSettle(server)
  expect(listening.slice(0, 2)).toEqual([kept, `${folder}/new.sock`])
  expect(listening[2]).not.toEqual(kept)
  for (const place of listening.keys()) expect(await generationAt(server.target(place))).toBe(2)
})

async function expectAdopted(before: string, after: string): Promise<void> {
  const folder = await tempDir()
  const place = (address: string): string => address.replace('PATH', `${folder}/app.sock`).replace('FOLDER', folder)
  const { server, set } = await startAt(place(before))
  const { listening } = server.latest
  // The port is only known by now.
  await set(place(after).replace('PORT', () => String(server.port)))
  expect(await restartAndSettle(server)).toMatchObject({ generation: 2, listening })
  expectAllAdopted(server)
  expect(await generationAt(server.target())).toBe(2)
}

/** Every server of the newest generation sits on a listener that it has inherited. */
function expectAllAdopted(server: ServerProcess): void {
  const { generation, listening } = server.latest
  const told = toldBy(server).filter((one) => one.generation === generation && one.name === 'listening')
  const adopted = told.filter(({ via }) => via === 'event').map(({ message }) => message['adopted'])
  expect(adopted).toEqual(listening.map(() => true))
}

async function startAt(addresses: string): Promise<{ server: ServerProcess; set(addresses: string): Promise<void> }> {
  const file = join(await tempDir(), 'addresses')
  await writeFile(file, addresses)
  const server = await startServer('events', { env: { ADDRESS_FILE: file } })
  return { server, set: (next) => writeFile(file, next) }
}
