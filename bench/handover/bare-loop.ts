import { fork } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { respond } from './respond.ts'

// What Node can do at the most: every idle connection sent to a child in a bare loop, and served there. It reads no
// byte of care into it: bytes that come meanwhile would be lost.

const server = createServer(respond(1))
if (process.argv[2] === 'child') {
  let received = 0
  process.on('message', (count: number, socket: Socket) => {
    server.emit('connection', socket)
    received += 1
    if (received === count) process.send?.('done')
  })
  process.send?.('ready')
} else {
  const sockets: Socket[] = []
  server.on('connection', (socket) => sockets.push(socket))
  server.keepAliveTimeout = 600_000
  server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }))
  process.on('message', () => void move())
  const move = (): void => {
    const child = fork(new URL(import.meta.url), ['child'])
    let began = 0
    child.on('message', (message) => {
      if (message === 'ready') {
        began = performance.now()
        for (const socket of sockets) {
          ;(socket as Socket & { server: unknown }).server = null
          child.send(sockets.length, socket)
        }
        return
      }
      process.send?.(performance.now() - began)
      child.kill()
    })
  }
}
setTimeout(() => process.exit(1), 10 * 60_000).unref()
