import { EventEmitter } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { PassThrough } from 'node:stream'
import { expect, it } from 'vitest'
import { InFlight } from '../src/in-flight.ts'

interface Given {
  method?: string
  head?: string
  encrypted?: true
}

function exchange({ method = 'POST', head, encrypted }: Given): [IncomingMessage, ServerResponse, EventEmitter] {
  const socket = Object.assign(new EventEmitter(), encrypted === undefined ? {} : { encrypted })
  const request = { method, httpVersion: '1.1', socket }
  const response = Object.assign(new EventEmitter(), { req: request, _header: head })
  return [request as unknown as IncomingMessage, response as unknown as ServerResponse, socket]
}

it('a session is needed until its last answer is out, however often it was noted', () => {
  let changes = 0
  const inFlight = new InFlight(() => (changes += 1))
  const [request, response] = exchange({})
  for (let time = 1; time <= 20; time += 1) inFlight.add(request, response)
  expect([inFlight.isNeeded, response.listenerCount('close')]).toEqual([true, 1])
  response.emit('close')
  expect([inFlight.isNeeded, changes]).toEqual([false, 1])
})

it('an event stream does not keep it, once its head is written', () => {
  const head = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n'
  const needed = (given: Given): boolean => {
    const inFlight = new InFlight(() => {})
    const [request, response] = exchange(given)
    inFlight.add(request, response)
    return inFlight.isNeeded
  }
  expect(needed({ method: 'GET', head })).toBe(false)
  expect(needed({ method: 'GET' })).toBe(true)
  expect(needed({ method: 'POST', head })).toBe(true)
})

it('an upgrade needs it until it is answered, and to the end of that turn, in which the application looks for it', async () => {
  let changes = 0
  const inFlight = new InFlight(() => (changes += 1))
  const socket = new PassThrough()
  const { write } = socket
  inFlight.add({ method: 'GET', httpVersion: '1.1', socket } as unknown as IncomingMessage, undefined)
  expect(inFlight.isNeeded).toBe(true)
  socket.write('HTTP/1.1 101 Switching Protocols')
  expect([inFlight.isNeeded, changes, socket.write]).toEqual([true, 0, write])
  await new Promise((resolve) => void setImmediate(resolve))
  expect([inFlight.isNeeded, changes, String(socket.read())]).toEqual([false, 1, 'HTTP/1.1 101 Switching Protocols'])
})

it.each([
  ['is refused', (socket: PassThrough) => void socket.end('HTTP/1.1 401 Unauthorized')],
  ['ends with its connection', (socket: PassThrough) => void socket.destroy()],
])('an upgrade that %s needs it no more', async (_, end) => {
  let change = (): void => {}
  const changed = new Promise<void>((resolve) => (change = resolve))
  const inFlight = new InFlight(() => change())
  const socket = new PassThrough()
  inFlight.add({ method: 'GET', httpVersion: '1.1', socket } as unknown as IncomingMessage, undefined)
  end(socket)
  await changed
  expect(inFlight.isNeeded).toBe(false)
})

it('a connection that cannot move keeps it until it has closed', () => {
  const inFlight = new InFlight(() => {})
  const [request, response, socket] = exchange({ encrypted: true })
  inFlight.add(request, response)
  response.emit('close')
  expect(inFlight.isNeeded).toBe(true)
  socket.emit('close')
  expect(inFlight.isNeeded).toBe(false)
})
