import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { FIXTURES } from './folders.ts'

/** One request on a connection of its own. */
export async function handshake(
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
