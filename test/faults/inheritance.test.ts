import { readlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { cleanUp } from '../support/clean-up.ts'
import { hold } from './stage/held.ts'
import { setScene } from './stage/scene.ts'
import type { Scene } from './stage/scene.ts'

const NODE = process.env['ZERODOWN_TEST_NODE'] ?? process.execPath

const listener = (fd: number, inode: number): unknown => ({
  fd,
  inode,
  asked: { kind: 'tcp', host: '127.0.0.1', port: 0, ipv6Only: false },
  bound: { kind: 'tcp', host: '127.0.0.1', port: 9, ipv6Only: false },
})

/** What a predecessor would have written, but for `changes`. */
function inheritance(changes: Record<string, unknown> = {}): string {
  return JSON.stringify({
    version: 1,
    generation: 7,
    predecessor: 12_345,
    channel: 3,
    listeners: [],
    restartSignals: ['SIGUSR2'],
    restore: {},
    cwd: '/',
    ...changes,
  })
}

/** It is the first generation, works, and restarts like any other. */
async function worksAsTheFirst(scene: Scene, why: RegExp): Promise<void> {
  await scene.server.waitForLog(/warning: ignored an inheritance in the environment: (.*)\. Starting as generation 1\./)
  await scene.server.waitForLog(why)
  expect(scene.server.latest.generation).toBe(1)
  await scene.load()
  expect(await scene.ask('restart')).toMatchObject({ generation: 2 })
  await scene.keepsAnswering()
  await scene.nothingWasLost()
}

describe('an inheritance that is none is ignored with a warning', () => {
  it.each([
    ['not JSON', 'a ship', /it is not JSON/],
    ['empty', '', /it is not JSON/],
    ['not an object', '[]', /it is not an object/],
    ['of another version', inheritance({ version: 2 }), /it is of version 2, and this is version 1/],
    ['without a version', '{}', /it is of version undefined/],
    ['incomplete', inheritance({ listeners: undefined }), /it is incomplete/],
    ['with a generation that is no number', inheritance({ generation: 'two' }), /it is incomplete/],
    ['with a signal that there is not', inheritance({ restartSignals: ['SIGNAL'] }), /it is incomplete/],
    ['with descriptors of standard streams', inheritance({ listeners: [listener(1, 1)] }), /it is incomplete/],
    ['with a negative descriptor', inheritance({ listeners: [listener(-3, 1)] }), /it is incomplete/],
    [
      'with a descriptor that is not open',
      inheritance({ listeners: [listener(777, 1)] }),
      /it was meant for a child of process 12345: file descriptor 777 is not the socket that it names/,
    ],
    ['without a channel or a listener to prove it', inheritance(), /there is no channel to that process/],
  ])('%s', async (_, text, why) => {
    const scene = await setScene({ env: { ZERODOWN_INHERITANCE: text } })
    await worksAsTheFirst(scene, why)
  })

  it('with a descriptor that is another socket: it stays open, and what it is', async () => {
    const peer = createServer().listen(0, '127.0.0.1')
    cleanUp(() => peer.close())
    await once(peer, 'listening')
    const { port } = peer.address() as AddressInfo
    const openFirst = `exec 3<>/dev/tcp/127.0.0.1/${port}; exec 4</dev/null; exec "$0" "$@"`
    const connected = once(peer, 'connection')
    const scene = await setScene({
      node: 'bash',
      nodeArgs: ['-c', openFirst, NODE],
      env: { ZERODOWN_INHERITANCE: inheritance({ listeners: [listener(3, 1), listener(4, 1)] }) },
    })
    const [socket] = (await connected) as [Socket]
    cleanUp(() => socket.destroy())

    const first = scene.server.pid
    // A request keeps the first generation, in which it is open, until all was seen.
    const held = await hold(scene.tcp)
    await worksAsTheFirst(scene, /file descriptor 3 is not the socket that it names/)

    expect(readlinkSync(`/proc/${first}/fd/3`)).toMatch(/^socket:/)
    expect(readlinkSync(`/proc/${first}/fd/4`)).toBe('/dev/null')
    expect(socket.readableEnded).toBe(false)
    await held.finish()
  })
})

describe('an inheritance is for its heir alone', () => {
  it('is gone from the environment of the server, and does not reach its children', async () => {
    const scene = await setScene({ env: { APPLICATION: 'its own' } })
    await scene.load()
    await scene.ask('restart')

    const { own, child } = await scene.ask<Record<'own' | 'child', Record<string, string>>>('environment')

    const foreign = (env: Record<string, string>): string[] =>
      Object.keys(env).filter((name) => /^(ZERODOWN_(?!TEST)|NODE_CHANNEL)/.test(name))
    expect({ own: foreign(own), child: foreign(child) }).toEqual({ own: [], child: [] })
    expect([own['APPLICATION'], child['APPLICATION']]).toEqual(['its own', 'its own'])
    await scene.keepsAnswering()
    await scene.nothingWasLost()
  })

  it('its sockets are not passed on to children of the application', async () => {
    const scene = await setScene()
    await scene.load()
    await scene.ask('restart')

    const descriptors = await scene.ask<string[]>('descriptorsOfChild')

    expect(descriptors.length).toBeGreaterThan(2)
    const ours = new Set((await scene.standing()).descriptors)
    expect(descriptors.filter((target) => target.startsWith('socket:') && ours.has(target))).toEqual([])
    await scene.keepsAnswering()
    await scene.nothingWasLost()
  })
})
