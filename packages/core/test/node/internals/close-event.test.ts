import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { createServer as createHttp2Server } from 'node:http2'
import type { Server } from 'node:net'
import { createServer } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { holdClose } from '../../../src/node/internals/close-event.ts'
import { converse } from '../../support/http.ts'
import { listen } from '../../support/servers.ts'

/** A server whose 'close' is held back, and what it says. */
async function held(server: Server): Promise<{ server: Server; said: string[]; release(): void }> {
  const said: string[] = []
  let release = (): void => {}
  await listen(server)
  server.on('close', () => said.push('close'))
  holdClose(server, new Promise<void>((resolve) => (release = resolve)))
  return { server, said, release }
}

describe('holdClose', () => {
  it.each<[string, () => Server]>([
    ['node:net', createServer],
    ['node:http', createHttpServer],
    ['node:http2', createHttp2Server],
  ])('holds back the close of a server that has no connection (%s)', async (_, create) => {
    const { server, said, release } = await held(create())
    server.close(() => said.push('callback'))
    await setImmediate()
    expect(said).toEqual([])
    release()
    await setImmediate()
    expect(said).toEqual(['close', 'callback'])
    await setImmediate()
    expect(said).toEqual(['close', 'callback'])
  })

  it('holds it back when the last connection ends, too', async () => {
    const { server, said, release } = await held(createServer())
    const { socket } = await converse(server)
    server.close()
    socket.destroy()
    await once(socket, 'close')
    await setImmediate()
    expect(said).toEqual([])
    release()
    await setImmediate()
    expect(said).toEqual(['close'])
  })

  it('leaves a server as it was that is closed later, or has connections then', async () => {
    const { server, said, release } = await held(createServer())
    const { socket } = await converse(server)
    release()
    await setImmediate()
    expect(Object.getOwnPropertyNames(server)).not.toContain('_emitCloseIfDrained')
    server.close()
    await setImmediate()
    expect(said).toEqual([])
    socket.destroy()
    await once(server, 'close')
  })

  it('holds nothing back where Node has another way', async () => {
    const server = await listen(createServer())
    Object.assign(server, { _emitCloseIfDrained: undefined })
    holdClose(server, Promise.resolve())
    expect(Object.getOwnPropertyDescriptor(server, '_emitCloseIfDrained')).toHaveProperty('value', undefined)
    Reflect.deleteProperty(server, '_emitCloseIfDrained')
  })
})
