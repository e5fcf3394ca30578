import { Server } from 'node:net'
import type { AnyWebSocketServer } from '../types.ts'

/** The HTTP server that a server of `ws` has made itself, because it was given a port. */
export function ownServerOf(server: AnyWebSocketServer): Server | undefined {
  const { port } = server.options
  const own: unknown = Reflect.get(server, '_server')
  return typeof port === 'number' && own instanceof Server ? own : undefined
}
