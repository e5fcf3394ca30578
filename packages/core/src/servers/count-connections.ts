import { Server as HttpServer } from 'node:http'
import { Server as HttpsServer } from 'node:https'
import { isHttp2Server, sessionsOf, speaksHttp1 } from '../connections/http2-sessions.ts'
import { idleAmong } from '../connections/idleness.ts'
import { http1 } from '../handover/kinds/http1.ts'
import { isReadByHttp } from '../node/internals/http-parser.ts'
import type { AttachedServer } from './attached-server.ts'

/** The open connections of one kind. */
export interface ConnectionCount {
  /**
   * `http1`: plain HTTP/1.1, which can move to a successor; `https`: HTTP/1.1 over TLS; `http2`: sessions; `upgraded`:
   * WebSockets and the like; `raw`: those of node:net and node:tls.
   */
  readonly kind: string
  readonly open: number
  /** Those with nothing in flight. Of an upgraded or a raw one only the application knows. */
  readonly idle: number
}

export interface Counted {
  readonly connections: ConnectionCount[]
  /** Requests and streams in flight. */
  readonly requests: number
}

/** What has connections to count. */
export type CountedServer = Pick<AttachedServer, 'server' | 'connections'>

/** Counts the open connections of some servers, by kind. */
export function countConnections(servers: Iterable<CountedServer>): Counted {
  const counts = new Map<string, { open: number; idle: number }>()
  let requests = 0
  const add = (kind: string, isIdle: boolean, inFlight: number): void => {
    const count = counts.get(kind) ?? { open: 0, idle: 0 }
    counts.set(kind, { open: count.open + 1, idle: count.idle + (isIdle ? 1 : 0) })
    requests += inFlight
  }
  for (const { server, connections } of servers) {
    if (isHttp2Server(server)) {
      for (const { streams } of sessionsOf(server).values()) add('http2', streams === 0, streams)
      for (const socket of connections.open) if (speaksHttp1(socket)) add('https', false, 1)
    } else if (server instanceof HttpServer || server instanceof HttpsServer) {
      const kind = server instanceof HttpsServer ? 'https' : http1.name
      const idle = idleAmong(server as HttpServer, connections.open)
      for (const socket of connections.open) {
        const isIdle = idle.has(socket)
        if (isReadByHttp(socket)) add(kind, isIdle, isIdle ? 0 : 1)
        else add('upgraded', false, 0)
      }
    } else for (const _ of connections.open) add('raw', false, 0)
  }
  return { connections: [...counts].map(([kind, { open, idle }]) => ({ kind, open, idle })), requests }
}
