import type { AddressInfo } from 'node:net'
import { Server } from 'node:net'
import type { PortTarget } from './listen-target.ts'

/** Node's own, read before anything replaces it. */
const { listen } = Server.prototype

/** Whether somebody listens on this port. */
export const isHeld = (target: PortTarget): Promise<boolean> =>
  new Promise((resolve) => {
    askWhetherHeld(target, resolve)
  })

/**
 * Asks whether somebody listens on this port.
 * @param answer called at once for a port of every address: then Node looks up no name, and binds before `listen()`
 *   returns
 */
export function askWhetherHeld({ host, port, ipv6Only }: PortTarget, answer: (held: boolean) => void): void {
  const server = new Server()
  if (host === '') {
    server.once('error', () => {})
    Reflect.apply(listen, server, [{ port, ipv6Only }])
    const { listening } = server
    server.close()
    return answer(!listening)
  }
  server.once('error', (error: NodeJS.ErrnoException) => answer(error.code === 'EADDRINUSE'))
  server.once('listening', () => server.close(() => answer(false)))
  Reflect.apply(listen, server, [{ host, port, ipv6Only }])
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
