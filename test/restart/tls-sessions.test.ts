import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { describe, expect, it } from 'vitest'
import { FIXTURES, startServer } from '../support/index.ts'

describe('a client of a TLS server', () => {
  it.each(['TLSv1.2', 'TLSv1.3'] as const)('resumes its %s session after two restarts', async (version) => {
    // Given a session with the first generation,
    const server = await startServer('https', { env: { NODE_NO_WARNINGS: '1' } })
    const address = server.latest.listening[1]
    if (typeof address !== 'object') throw new Error('It does not listen on TLS.')
    const first = await handshake(address.port, version)
    expect(first.resumed).toBe(false)

    // when two others have taken over,
    const second = await server.restart()
    await server.waitForExit(server.pid)
    await server.restart()
    await server.waitForExit(second.pid)

    // then the session that the first one began is resumed by the third.
    const again = await handshake(address.port, version, first.session)
    expect(again).toMatchObject({ generation: '3', resumed: true })
  })
})

/** One request on a connection of its own. */
async function handshake(
  port: number,
  version: 'TLSv1.2' | 'TLSv1.3',
  session?: Buffer,
): Promise<{ session: Buffer; resumed: boolean; generation: string | undefined }> {
  const ca = readFileSync(join(FIXTURES, 'tls', 'cert.pem'))
  const socket = connect({
    port,
    host: '127.0.0.1',
    ca,
    checkServerIdentity: () => undefined,
    maxVersion: version,
    ...(session === undefined ? {} : { session }),
  })
  const ticket = once(socket, 'session') as Promise<[Buffer]>
  let resumed = false
  socket.once('secureConnect', () => (resumed = socket.isSessionReused()))
  socket.write('GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n')
  const answer = Buffer.concat(await socket.toArray()).toString()
  const [, generation] = /x-generation: (\d+)/.exec(answer) ?? []
  // A resumed session has a ticket already, and need not get another one.
  return { session: session ?? (await ticket)[0], resumed, generation }
}
