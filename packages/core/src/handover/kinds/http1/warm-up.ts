import { hasSubscribers } from 'node:diagnostics_channel'
import { createServer, Server } from 'node:http'
import { Duplex } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'

const REQUEST = 'GET / HTTP/1.1\r\nhost: localhost\r\n\r\n'

/**
 * After so many requests the code that answers them is compiled. They take less than 100 ms, and other work gets in
 * between.
 */
const REQUESTS = 300

/** Where turns take so long that the requests would need more time, the connections do not wait for them. ms */
const LONG_ENOUGH = 200

/**
 * Answers requests in memory, with a server of its own and no client. Node loads and compiles the code for HTTP at the
 * first requests, and the connections that are about to move here should not all wait for that. The application sees
 * nothing of it. Where something watches every HTTP server of the process, it is left out.
 */
export async function warmUp(): Promise<void> {
  if (isWatched()) return
  const server = createServer((request, response) => {
    request.resume()
    response.setHeader('content-type', 'text/plain')
    response.end('ready')
  })
  const connection = new Duplex({
    read() {},
    write(_chunk, _encoding, written) {
      written()
    },
  })
  server.emit('connection', connection)
  const began = performance.now()
  for (let request = 0; request < REQUESTS && performance.now() - began < LONG_ENOUGH; request += 1) {
    connection.push(REQUEST)
    await nextTurn()
  }
  connection.destroy()
}

const isWatched = (): boolean => hasSubscribers('http.server.request.start') || Object.hasOwn(Server.prototype, 'emit')
