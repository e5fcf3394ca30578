import type { Server as HttpServer, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { isLatestRequest } from '../node/internals/http-parser.ts'
import { idleAmong } from './idleness.ts'

/**
 * Finds, among answers that have begun and go on, those behind whose requests nothing was read on their connections: no
 * part of a body, no further request and no part of one. So what is read next is the beginning of a request.
 *
 * Node knows it of connections without an answer that goes on. It takes an answer for one that is over by a property,
 * `finished`, which is set for the time of the question.
 * @param connections all that are open on the server: those that are not named would be closed
 */
export function awaitingNothing(
  server: HttpServer,
  connections: ReadonlySet<Socket>,
  answers: Iterable<ServerResponse>,
): ServerResponse[] {
  const asked = [...answers].filter((answer) => !answer.writableEnded && isLatestRequest(answer.req))
  if (asked.length === 0) return []
  for (const answer of asked) answer.finished = true
  try {
    const idle = idleAmong(server, connections)
    return asked.filter(({ req }) => idle.has(req.socket))
  } finally {
    for (const answer of asked) answer.finished = false
  }
}
