import type { Server } from 'node:net'

/**
 * The one place that touches what Node does not document. Each use says why there is no public way, and
 * `test/node-internals.test.ts` fails if a new Node changes it. Seen on Node 20, 22, 24 and 26.
 */

/**
 * The number of a server's listening socket. `spawn` wants the number in `stdio`: given the server itself, it throws
 * after the child has started. `undefined` where there is none: Windows, or a cluster worker, whose socket the primary has.
 */
export function listeningFd(server: Server): number | undefined {
  const fd = (server as unknown as { _handle?: { fd?: unknown } | null })._handle?.fd
  return typeof fd === 'number' && fd >= 0 ? fd : undefined
}
