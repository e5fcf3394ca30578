import { Server as HttpServer } from 'node:http'
import { Server as HttpsServer } from 'node:https'
import type { Server } from 'node:net'

const withWebSockets = new WeakSet<object>()
let anywhere = false

/** Notes that this server has WebSockets; `undefined`: any server may (`noServer`). */
export function note(server: object | null | undefined): void {
  if (server === null || server === undefined) anywhere = true
  else withWebSockets.add(server)
}

/** Whether connections of a server may become WebSockets that we know. */
export const serves = (server: Server): boolean =>
  withWebSockets.has(server) || (anywhere && (server instanceof HttpServer || server instanceof HttpsServer))
