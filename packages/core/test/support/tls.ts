import { once } from 'node:events'
import type { Server } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { connect } from 'node:tls'
import { onTestFinished } from 'vitest'
import { portOf } from './servers.ts'

const KEY = Buffer.from('a key that both sides know')

/** TLS by a key that both sides know (RFC 4279): it needs no certificate, which would run out one day. */
export const PSK = {
  ciphers: 'PSK-AES128-GCM-SHA256:DHE-PSK-AES128-GCM-SHA256',
  maxVersion: 'TLSv1.2',
  pskCallback: (): Buffer => KEY,
} as const

export async function connectTls(server: Server, options: { ALPNProtocols?: string[] } = {}): Promise<TLSSocket> {
  const socket = connect({
    port: portOf(server),
    host: '127.0.0.1',
    ciphers: PSK.ciphers,
    maxVersion: PSK.maxVersion,
    checkServerIdentity: () => undefined,
    pskCallback: () => ({ psk: KEY, identity: 'client' }),
    ...options,
  })
  onTestFinished(() => void socket.destroy())
  await once(socket, 'secureConnect')
  return socket
}
