// An MCP server (Model Context Protocol, streamable HTTP) whose clients keep their sessions through a restart.
import { createServer } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import zerodown from 'zerodown'
import { Session } from './session.js'

const { PORT = '3000', HOST = '127.0.0.1', PROBATION } = process.env

const sessions = zerodown.sessions('mcp', {
  keyOf: ({ headers }) => headers['mcp-session-id'],
  give: (session) => session.give(),
  take: (data) => Session.take(data, (id) => void sessions.delete(id)),
})

const notFound = () =>
  Response.json({ jsonrpc: '2.0', id: null, error: { code: -32_001, message: 'Session not found' } }, { status: 404 })

async function answer(request) {
  const id = request.headers.get('mcp-session-id')
  const session =
    id === null
      ? await Session.begin(
          (begun) => void sessions.set(begun.id, begun),
          (ended) => void sessions.delete(ended),
        )
      : sessions.get(id)
  if (session === undefined) return notFound()
  session.protocolVersion ??= request.headers.get('mcp-protocol-version') ?? undefined
  return session.transport.handleRequest(request)
}

const listener = getRequestListener(answer, { overrideGlobalObjects: false })

const server = createServer((request, response) => {
  // The stream of notifications goes on in the successor.
  if (request.method === 'GET') zerodown.stream(request, response)
  void listener(request, response)
})

zerodown.attach(server, PROBATION === undefined ? {} : { probation: Number(PROBATION) })
server.listen(Number(PORT), HOST, () => {
  const { address, port } = server.address()
  console.log(`generation ${zerodown.generation}, pid ${process.pid}: listening on http://${address}:${port}`)
})
