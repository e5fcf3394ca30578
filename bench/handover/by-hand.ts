import { spawn } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { respond } from './respond.ts'

// The same restart as one would write it by hand: the successor gets the socket, and the old server is closed with
// Node's own `server.close()` as soon as the new one listens.

const generation = Number(process.env['GENERATION'] ?? 1)
const server = createServer(respond(generation))
if (generation === 1) {
  server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }))
} else server.listen({ fd: 3 }, () => process.send?.('listens'))

process.on('SIGUSR2', () => {
  const { fd } = (server as unknown as { _handle: { fd: number } })._handle
  const child = spawn(process.execPath, process.argv.slice(1), {
    env: { ...process.env, GENERATION: String(generation + 1) },
    stdio: ['inherit', 'inherit', 'inherit', fd, 'ipc'],
  })
  child.once('message', () => server.close(() => process.exit()))
})
setTimeout(() => process.exit(1), 10 * 60_000).unref()
