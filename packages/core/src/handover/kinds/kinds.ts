import type { Server } from 'node:net'
import { ZerodownError } from '../../errors.ts'
import { http1 } from './http1.ts'
import type { ConnectionKind } from './kind.ts'

const known = [http1]

/** All kinds of connections that can move. */
export const KINDS: readonly ConnectionKind[] = known

/**
 * Adds a kind. A server that listens already takes connections of that kind as well, but does not call its `begin()`.
 * @throws {ZerodownError} `ERR_ZERODOWN_KIND`: another one has this name
 */
export function addKind(kind: ConnectionKind): void {
  const other = known.find(({ name }) => name === kind.name)
  if (other === kind) return
  if (other === undefined) return void known.push(kind)
  throw new ZerodownError(
    'ERR_ZERODOWN_KIND',
    `there is a kind of connection named ${kind.name} already: this process has loaded the package that adds it twice. ` +
      'Install one version of it.',
  )
}

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
