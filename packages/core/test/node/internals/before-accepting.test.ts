import { once } from 'node:events'
import type { Socket } from 'node:net'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { accepting, beforeAccepting, peerAddress } from '../../../src/node/internals/accepting.ts'
import { nativeHandle } from '../../../src/node/internals/handles.ts'
import { tempDir } from '../../../../../test/support/index.ts'
import { GET, converse, serve } from '../../support/http.ts'
import { connectTo, listen } from '../../support/servers.ts'

const answering = () => serve((_, response) => response.end('ok'))

/** A server, and the connections that something else takes from it. */
async function taking(takes: (connection: object) => boolean) {
  const { server } = await answering()
  const seen: object[] = []
  const accept = beforeAccepting(server, (connection) => {
    seen.push(connection)
    return takes(connection)
  })
  const accepted: Socket[] = []
  server.on('connection', (socket: Socket) => accepted.push(socket))
  return { server, seen, accept, accepted }
}

describe('what comes before a server accepts', () => {
  it('sees each connection, which the server then serves as ever', async () => {
    const { server, seen, accepted } = await taking(() => false)
    const { client } = await converse(server)
    client.say(GET())
    await client.hears(/ok$/)
    expect([seen.length, accepted.length]).toEqual([1, 1])
  })

  it('may take it before anything is read; the server can still accept it later, with all that was sent', async () => {
    const { server, seen, accept, accepted } = await taking(() => true)
    const client = await connectTo(server)
    client.write(GET())
    while (seen.length === 0) await new Promise((resolve) => setImmediate(resolve))
    expect(accepted).toEqual([])

    accept?.(seen[0] as object)
    const [answer] = (await once(client, 'data')) as [Buffer]
    expect(answer.toString()).toMatch(/ok$/)
    expect(accepted).toHaveLength(1)
  })

  it('sees none of those that move here from a predecessor', async () => {
    const { server, seen } = await taking(() => true)
    const { client, socket } = await converse(await listen(createServer({ pauseOnConnect: true })))
    accepting(server)?.(nativeHandle(socket) as object)
    client.say(GET())
    await client.hears(/ok$/)
    expect(seen).toEqual([])
  })

  it('is not there where nothing listens', () => {
    expect(beforeAccepting(createServer(), () => true)).toBeUndefined()
  })
})

describe('the address of a peer', () => {
  it('is known from the handle alone', async () => {
    const { server, seen } = await taking(() => false)
    await converse(server)
    expect(peerAddress(seen[0] as object)).toBe('127.0.0.1')
  })

  it('is not there on a unix socket', async () => {
    const path = join(await tempDir(), 'peer.sock')
    const server = await listen(createServer(), { path })
    let address: string | undefined = 'not seen'
    beforeAccepting(server, (connection) => {
      address = peerAddress(connection)
      return false
    })
    const client = connect(path)
    await once(server, 'connection')
    client.destroy()
    expect(address).toBeUndefined()
  })
})
