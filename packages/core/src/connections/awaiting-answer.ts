import type { Server as HttpServer, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { isLatestRequest } from '../node/internals/http-parser.ts'
import { openAnswer } from '../node/internals/open-answer.ts'
import { idleAmong } from './idleness.ts'

/**
 * Finds, among answers that are not over, those behind whose requests nothing was read on their connections: no
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
  // With pipelining, another answer may have its turn, and it is that which counts.
  const open = asked.map(({ req }) => openAnswer(req.socket)).filter(isUnfinished)
  for (const answer of open) answer.finished = true
  try {
    const idle = idleAmong(server, connections)
    return asked.filter(({ req }) => idle.has(req.socket))
  } finally {
    for (const answer of open) answer.finished = false
  }
}

const isUnfinished = (answer: ServerResponse | undefined): answer is ServerResponse => answer?.finished === false
