import { createServer } from 'node:net'
import type { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { accepting } from '../../../src/node/internals/accepting.ts'
import { hasUnsent, nativeHandle } from '../../../src/node/internals/handles.ts'
import { holdReading } from '../../../src/node/internals/hold-reading.ts'
import { GET, converse, serve } from '../../support/http.ts'
import { listen } from '../../support/servers.ts'

describe('a connection that is held', () => {
  it('is not read by the server that gets it, until it is let go', async () => {
    const answered: string[] = []
    const { server } = await serve((_, response) => {
      answered.push('now')
      response.end('ok')
    })
    const { client, socket } = await converse(await listen(createServer({ pauseOnConnect: true })))
    const handle = nativeHandle(socket) as object
    const readOn = holdReading(handle)
    const own = accepting(server)?.(handle)
    client.say(GET())
    await new Promise((resolve) => setTimeout(resolve, 30))
    expect({ answered, read: own?.bytesRead }).toEqual({ answered: [], read: 0 })

    readOn?.()

    await client.hears(/ok$/)
    expect(Object.hasOwn(handle, 'readStart')).toBe(false)
  })

  it('is held once, and is a handle that can be read', async () => {
    const { socket } = await converse(await listen(createServer({ pauseOnConnect: true })))
    const handle = nativeHandle(socket) as object
    expect(holdReading(handle)).toBeTypeOf('function')
    expect(holdReading(handle)).toBeUndefined()
    expect(holdReading({})).toBeUndefined()
  })
})

it('what was written to a socket is unsent until the kernel has it', async () => {
  const { client, socket } = await converse(await listen(createServer()))
  expect(hasUnsent(socket)).toBe(false)
  client.socket.pause()
  const written = new Promise<void>((resolve) => void socket.write(Buffer.alloc(20_000_000), () => resolve()))
  expect(hasUnsent(socket)).toBe(true)
  client.socket.resume()
  await written
  expect(hasUnsent(socket as Socket)).toBe(false)
})
