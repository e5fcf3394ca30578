import { setTimeout as wait } from 'node:timers/promises'
import express from 'express'

enum Status {
  Fine = 200,
}

const { HOST = '127.0.0.1', PORT = '3000' } = process.env
const identity: { generation: number } = { generation: process.pid }
const app = express()
app.get('/identity', (_, response) => void response.status(Status.Fine).json(identity))
app.get('/slow', async ({ query }, response) => {
  await wait(Number(query['ms']))
  response.json(identity)
})
app.post('/echo', (request, response) => void request.pipe(response))
app.listen(Number(PORT), HOST)
