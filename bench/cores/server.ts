import { createServer } from 'node:http'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

// The program that each of the sides runs in several processes. It uses nothing of any of them. It answers with its pid,
// always in as many bytes. `node server.js graceful` does at its end what the documentation of pm2 recommends.

const { PORT, WORKERS_FOLDER = '' } = process.env
const answer = String(process.pid).padStart(10, '0')

const server = createServer((request, response) => {
  if (request.method === 'POST') return void request.pipe(response)
  response.setHeader('content-type', 'text/plain')
  response.end(answer)
})
// Connections that wait are still to be open when they are counted.
server.keepAliveTimeout = 600_000
server.listen(Number(PORT), '127.0.0.1', () => writeFileSync(join(WORKERS_FOLDER, String(process.pid)), ''))

if (process.argv[2] === 'graceful') process.on('SIGINT', () => server.close(() => process.exit()))

// If whoever measures could not end it, it ends by itself, and first whoever would start it again.
const keeper = process.ppid
const endAll = (): void => {
  if (process.ppid === keeper) process.kill(keeper, 'SIGKILL')
  process.exit(1)
}
setTimeout(endAll, 30 * 60_000).unref()
