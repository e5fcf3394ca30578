import { createServer } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import express from 'express'
import { Server } from 'socket.io'

const { HOST, PORT } = process.env
const identity = { generation: process.pid }
const app = express()
app.get('/identity', (_, response) => void response.json(identity))
app.get('/slow', async ({ query }, response) => {
  await wait(Number(query.ms))
  response.json(identity)
})
app.post('/echo', (request, response) => void request.pipe(response))

const server = createServer(app)
const io = new Server(server)
io.on('connection', (socket) => {
  socket.on('message', (number, answer) => answer({ number, pid: process.pid }))
})
server.listen(Number(PORT), HOST)

process.on('SIGTERM', () => {
  // Disconnects all clients, and closes the HTTP server, too.
  io.close(() => console.log('cleaned up: closed'))
})
