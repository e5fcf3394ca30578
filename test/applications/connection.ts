import { readFileSync } from 'node:fs'
import type { Socket } from 'node:net'

/** proc(5): whether all that was written to it was read by the process at the other end. IPv4, and on this machine. */
export function isRead(socket: Socket): boolean {
  const here = hex(socket.localAddress, socket.localPort)
  const there = hex(socket.remoteAddress, socket.remotePort)
  // Once for both: the kernel takes its time, where there are many.
  const connections = readFileSync('/proc/net/tcp', 'latin1')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
  const [ours, theirs] = [queuesOf(connections, here, there), queuesOf(connections, there, here)]
  return socket.bytesWritten > 0 && socket.writableLength === 0 && ours?.sending === 0 && theirs?.received === 0
}

/** What one end of a connection has sent and not been acknowledged, and has received and not read. Bytes. */
function queuesOf(rows: string[][], local: string, remote: string): { sending: number; received: number } | undefined {
  const row = rows.find((it) => it[1] === local && it[2] === remote)
  const [sending, received] = row?.[4]?.split(':').map((digits) => Number.parseInt(digits, 16)) ?? []
  return sending === undefined || received === undefined ? undefined : { sending, received }
}

/** As the kernel writes it: the address as a number of this machine's byte order. */
function hex(address = '', port = 0): string {
  const bytes = Buffer.from(address.split('.').map(Number).toReversed())
  return `${bytes.toString('hex')}:${port.toString(16).padStart(4, '0')}`.toUpperCase()
}
