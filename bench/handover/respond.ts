import type { RequestListener } from 'node:http'

/** Answers who it is, in which generation. */
export const respond =
  (generation: number): RequestListener =>
  (_request, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ pid: process.pid, generation }))
  }
