import type { AddressInfo } from 'node:net'
import { Server } from 'node:net'
import type { PortTarget } from './listen-target.ts'

/** Node's own, read before anything replaces it. */
const { listen } = Server.prototype

/** Whether somebody listens on this port. */
export function isHeld({ host, port, ipv6Only }: PortTarget): Promise<boolean> {
  return new Promise((answer) => {
    const server = new Server()
    server.once('error', (error: NodeJS.ErrnoException) => answer(error.code === 'EADDRINUSE'))
    server.once('listening', () => server.close(() => answer(false)))
    Reflect.apply(listen, server, [host === '' ? { port, ipv6Only } : { host, port, ipv6Only }])
  })
}

/** Makes a server that listens on another port show this one. */
export function showPort(server: Server, port: number): void {
  server.address = () => {
    const address = Server.prototype.address.call(server)
    return address === null ? null : { ...(address as AddressInfo), port }
  }
}

/** The error that Node gives for a port in use. */
export function portInUse({ host, port }: PortTarget): NodeJS.ErrnoException {
  const address = host || '::'
  const error = new Error(`listen EADDRINUSE: address already in use ${address}:${port}`)
  return Object.assign(error, { code: 'EADDRINUSE', syscall: 'listen', address, port })
}
