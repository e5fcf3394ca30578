import type { Socket } from 'node:net'
import { createServer } from 'node:net'
import { describe, expect, it, vi } from 'vitest'
import { own, takeFromApplication, withoutApplication } from '../../src/connections/own-listeners.ts'
import { Connections } from '../../src/connections/tracking.ts'
import { converse } from '../support/http.ts'
import { listen } from '../support/servers.ts'

describe('a socket that was taken from the application', () => {
  it('tells the end of the connection to us, and to nobody else', async () => {
    const server = await listen(createServer())
    const connections = new Connections(server)
    const { socket } = await converse(server)
    const told: string[] = []
    for (const event of ['close', 'end', 'data', 'finish']) socket.on(event, () => told.push(event))
    socket.once('close', () => told.push('close, once'))
    socket.once(
      'close',
      own(() => void told.push('ours')),
    )
    socket.destroy()
    takeFromApplication(socket)
    await connections.allClosed()
    expect(told).toEqual(['ours'])
  })

  it('takes errors, too: nobody is left who could handle one', async () => {
    const { socket } = await converse(await listen(createServer()))
    takeFromApplication(socket)
    expect(socket.emit('error', new Error('late'))).toBe(true)
  })
})

describe('a connection that is accepted without the application', () => {
  it('is told to us only, and the next one is told to all', () => {
    const server = createServer()
    const [ours, theirs] = [vi.fn<(socket: Socket) => void>(), vi.fn<(socket: Socket) => void>()]
    server.on('connection', own(ours)).on('connection', theirs)
    const heard: string[] = []
    server.on('other', () => heard.push('other'))
    const socket = {} as Socket
    const result = withoutApplication(server, () => {
      server.emit('connection', socket)
      server.emit('other')
      return 'done'
    })
    expect(result).toBe('done')
    expect(ours).toHaveBeenCalledExactlyOnceWith(socket)
    expect(theirs).not.toHaveBeenCalled()
    expect(heard).toEqual(['other'])
    server.emit('connection', socket)
    expect(theirs).toHaveBeenCalledOnce()
    expect(Object.hasOwn(server, 'emit')).toBe(false)
  })

  it('leaves an emit() as it was that somebody had replaced, also when it fails', () => {
    const server = createServer()
    const emit = vi.fn<() => boolean>()
    server.emit = emit as unknown as typeof server.emit
    expect(() =>
      withoutApplication(server, () => {
        throw new Error('no')
      }),
    ).toThrow('no')
    expect(server.emit).toBe(emit)
    Reflect.deleteProperty(server, 'emit')
  })
})
