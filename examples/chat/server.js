import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { WebSocketServer } from 'ws'
import zerodown from 'zerodown'
import { listen, say, since } from './room.js'

const { PORT = 8080, HOST = '127.0.0.1' } = process.env

const page = await readFile(new URL('page.html', import.meta.url))

const server = createServer((request, response) => {
  if (request.url.split('?')[0] !== '/') return response.writeHead(404).end()
  response.setHeader('content-type', 'text/html; charset=utf-8')
  response.end(page)
})

/** The number of the last message that each client was sent. */
const sent = new Map()

const wss = zerodown.ws(new WebSocketServer({ server, path: '/chat', maxPayload: 16 * 1024 }), {
  give: (socket) => sent.get(socket),
  take: (socket, number) => void sent.set(socket, number),
  moved: (socket) => sent.delete(socket),
})

wss.on('connection', (socket) => {
  // A client that has moved goes on where it was, a new one begins with what is kept.
  if (!sent.has(socket)) sent.set(socket, 0)
  socket.send(JSON.stringify({ generation: zerodown.generation, pid: process.pid }))
  for (const message of since(sent.get(socket))) send(socket, message)
  socket.on('message', (data) => read(data))
  socket.on('close', () => sent.delete(socket))
  socket.on('error', () => {})
})

listen((message) => {
  for (const socket of sent.keys()) send(socket, message)
})

function send(socket, message) {
  sent.set(socket, message.number)
  socket.send(JSON.stringify({ message }))
}

function read(data) {
  try {
    const { name, text } = JSON.parse(data)
    say(String(name).slice(0, 40), String(text).slice(0, 1000))
  } catch {
    // Not one of ours.
  }
}

zerodown.attach(server)
server.listen(PORT, HOST, () => {
  const { address, port } = server.address()
  console.log(`generation ${zerodown.generation}, pid ${process.pid}: listening on http://${address}:${port}`)
})
