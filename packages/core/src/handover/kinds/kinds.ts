import type { Server } from 'node:net'
import { http1 } from './http1.ts'
import type { ConnectionKind } from './kind.ts'

/** All kinds of connections that can move. */
export const KINDS: readonly ConnectionKind[] = [http1]

/** The kinds that this server serves, whether they can move or not. */
export const kindsOf = (server: Server, among: readonly ConnectionKind[] = KINDS): ConnectionKind[] =>
  among.filter((kind) => kind.isServedBy(server))

/** The kinds of its connections that can leave, and come. */
export const movableKinds = (server: Server, among: readonly ConnectionKind[] = KINDS): ConnectionKind[] =>
  kindsOf(server, among).filter((kind) => kind.obstacle(server) === undefined)

/** Why connections of the listener `key` can neither leave nor come: a line for the log for each kind. */
export const explainObstacles = (server: Server, key: string, among: readonly ConnectionKind[] = KINDS): string[] =>
  kindsOf(server, among).flatMap((kind) => {
    const why = kind.obstacle(server)
    return why === undefined
      ? []
      : `connections of ${key} stay with the process that accepted them until they end: ${why}`
  })
