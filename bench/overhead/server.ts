import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'

// The server that is measured: `node server.js bare`, or `attached`. It does as little as a server can, so that what
// is added to it shows.

const server = createServer((_request, response) => {
  response.setHeader('content-type', 'application/json')
  response.end('{"hello":"world"}')
})
// Connections that wait are still to be open when they are counted.
server.keepAliveTimeout = 600_000
if (process.argv[2] === 'attached') {
  const { attach } = await import('zerodown')
  attach(server, { logger: false })
}
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }))

process.on('message', (question) => {
  if (question === 'cpu') process.send?.(process.cpuUsage())
  else void settledMemory().then((memory) => process.send?.(memory))
})
process.on('disconnect', () => process.exit())

/** After several collections: what one frees may keep something else alive until the next. */
async function settledMemory(): Promise<NodeJS.MemoryUsage> {
  for (let times = 0; times < 5; times++) {
    globalThis.gc?.()
    await nextTurn()
  }
  return process.memoryUsage()
}
