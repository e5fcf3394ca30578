import type { Socket } from 'node:net'
import { stopReading } from '../../node/internals/handles.ts'
import type { ConnectionKind, Freeze } from './kind.ts'

/** The half of a kind that the process calls which its connections leave. */
export type LeavingKind = Pick<ConnectionKind, 'name' | 'findIdle' | 'findStuck' | 'followIdle' | 'freeze' | 'drain'>

/**
 * Called with what a kind, or the application in one of its hooks, has thrown.
 * @param socket the connection that stays for that reason, if there is one
 */
export type Failed = (error: unknown, socket?: Socket) => void

/** Such a half that never throws: an exception ends neither the process nor the moves of other connections. */
export function guarded(kind: ConnectionKind, failed: Failed): Required<LeavingKind> {
  const tried = <Result>(step: () => Result, otherwise: Result, socket?: Socket): Result => {
    try {
      return step()
    } catch (error) {
      failed(error, socket)
      return otherwise
    }
  }
  const guardedFreeze = (freeze: Freeze, socket: Socket): Freeze => ({
    details: freeze.details,
    again: () => tried(() => freeze.again(), false, socket),
    thaw: () => tried(() => freeze.thaw(), undefined),
    moved: () => tried(() => freeze.moved?.(), undefined),
  })
  return {
    name: kind.name,
    findIdle: (server, open) => tried(() => [...kind.findIdle(server, open)], []),
    findStuck: (server, open) => tried(() => [...(kind.findStuck?.(server, open) ?? [])], []),
    followIdle(mayBeIdle) {
      const unfollow = tried(() => kind.followIdle?.(mayBeIdle), undefined)
      return () => tried(() => unfollow?.(), undefined)
    },
    drain(server, draining) {
      const stop = tried(() => kind.drain?.(server, draining), undefined)
      return () => tried(() => stop?.(), undefined)
    },
    freeze(socket) {
      const freeze = tried(() => kind.freeze(socket) ?? 'not now', undefined, socket)
      if (freeze === undefined) readOn(socket)
      if (freeze === undefined || freeze === 'not now') return undefined
      const its = guardedFreeze(freeze, socket)
      // Otherwise one connection would keep all those from moving that go along with it.
      const isJson = tried(() => JSON.stringify(freeze.details) !== undefined, false, socket)
      if (isJson) return its
      its.thaw()
      return undefined
    },
  }
}

/** It may have stopped reading before it threw. */
function readOn(socket: Socket): void {
  stopReading(socket)?.()
}
