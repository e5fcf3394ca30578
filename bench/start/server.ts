import zerodown from 'zerodown'

// The program whose starts are measured: `node server.js <port>`.

await zerodown.listenAndServe(
  `127.0.0.1:${process.argv[2]}`,
  (_request, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ pid: process.pid, generation: zerodown.generation }))
  },
  { probation: 0, logger: false },
)

// If whoever measures could not end it, it ends by itself.
setTimeout(() => process.exit(1), 10 * 60_000).unref()
