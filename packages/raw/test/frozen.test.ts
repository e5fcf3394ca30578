import { once } from 'node:events'
import type { Socket } from 'node:net'
import { connect, createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import type { Freeze } from '@zerodown/core/kinds'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { freeze } from '../src/freeze.ts'
import type { Call } from '../src/stand-in.ts'
import { StandIn } from '../src/stand-in.ts'

const never = (): boolean => false

/** A connection that a server has accepted, and its client. */
async function connection(): Promise<{ socket: Socket; client: Socket }> {
  const server = createServer({ pauseOnConnect: true })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const accepted = once(server, 'connection')
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [socket] = (await accepted) as [Socket]
  onTestFinished(() => {
    client.destroy()
    socket.destroy()
    server.close()
  })
  return { socket, client }
}

const heardBy = async (client: Socket, text: string): Promise<void> => {
  let heard = ''
  while (heard.length < text.length) heard += String(((await once(client, 'data')) as [Buffer])[0])
  expect(heard).toBe(text)
}

const said = ({ method, bytes }: Call): string => `${method} ${bytes?.toString() ?? ''}`.trim()

describe('while it is not known where a connection goes on', () => {
  it('nothing is done, and everything in its order when it stays', async () => {
    const { socket, client } = await connection()
    const standIn = new StandIn(socket, never)
    const called = vi.fn<(error?: Error | null) => void>()
    socket.write('a')
    socket.write('62', 'hex', called)
    socket.end('c')
    expect([socket.bytesWritten, socket.writableEnded, called.mock.calls.length]).toEqual([0, false, 0])
    standIn.thaw()
    await heardBy(client, 'abc')
    await vi.waitFor(() => expect(called).toHaveBeenCalledOnce())
    expect(Object.getOwnPropertyNames(socket)).not.toContain('write')
  })

  it('what is wrong with a chunk is said at once', async () => {
    const { socket } = await connection()
    const standIn = new StandIn(socket, never)
    const write = socket.write.bind(socket) as (...args: unknown[]) => boolean
    expect(() => write({})).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }))
    expect(() => write(null)).toThrow(expect.objectContaining({ code: 'ERR_STREAM_NULL_VALUES' }))
    expect(() => write('a', 'none')).toThrow(expect.objectContaining({ code: 'ERR_UNKNOWN_ENCODING' }))
    expect(() => socket.end(1 as never)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }))
    const forward = vi.fn<(call: Call) => void>()
    socket.destroy()
    standIn.moved(forward)
    expect(forward).not.toHaveBeenCalled()
  })

  it.each(['thaw', 'moved'] as const)('who writes much is told to wait, and when to go on (%s)', async (how) => {
    const { socket, client } = await connection()
    client.resume()
    const standIn = new StandIn(socket, never)
    const drained = once(socket, 'drain')
    expect(socket.write('a')).toBe(true)
    expect(socket.write('b'.repeat(socket.writableHighWaterMark))).toBe(false)
    if (how === 'thaw') standIn.thaw()
    else {
      socket.destroy()
      standIn.moved(() => {})
      socket.removeAllListeners()
      expect(socket.write('c'.repeat(socket.writableHighWaterMark))).toBe(true)
    }
    await drained
  })

  it('the last destroy() is that of the move, and those before it are done over there', async () => {
    const { socket } = await connection()
    const standIn = new StandIn(socket, never)
    const forward = vi.fn<(call: Call) => void>()
    socket.write('a')
    socket.destroy()
    socket.destroy()
    standIn.moved(forward)
    socket.end('b')
    expect(forward.mock.calls.map(([call]) => said(call))).toEqual(['write a', 'destroy', 'end b'])
    expect(socket.destroyed).toBe(true)
  })

  it('destroy() is done at once when what is left is cut', async () => {
    const { socket } = await connection()
    const standIn = new StandIn(socket, () => true)
    socket.destroy()
    expect(socket.destroyed).toBe(true)
    standIn.thaw()
  })

  it('what others put in place of a method, before or meanwhile, stays theirs', async () => {
    const { socket, client } = await connection()
    const { end } = socket
    const before = vi.fn<(chunk: string) => boolean>(() => true)
    socket.write = before as never
    const standIn = new StandIn(socket, never)
    const ours = socket.end.bind(socket)
    socket.end = vi.fn<(chunk: string) => Socket>((chunk) => ours(`(${chunk})`)) as never
    socket.write('a')
    expect(before).not.toHaveBeenCalled()
    standIn.thaw()
    expect(before).toHaveBeenCalledWith('a')
    expect(socket.write).toBe(before)
    expect(socket.end).not.toBe(end)
    socket.end('b')
    await heardBy(client, '(b)')
  })
})

describe('what a paused socket has read', () => {
  const isTold = (socket: Socket): Promise<unknown> => vi.waitFor(() => expect(socket.readableLength).toBe(4))

  it.each(['an instrumentation', 'nobody'])(
    'is taken without an event, and emit() is that of %s as before',
    async (who) => {
      const { socket, client } = await connection()
      const { emit: original } = socket
      const emit = vi.fn<(...args: unknown[]) => boolean>((...args) => Reflect.apply(original, socket, args) as boolean)
      if (who === 'an instrumentation') socket.emit = emit as Socket['emit']
      socket.on('data', () => {})
      socket.pause()
      client.write('half')
      // To look into it without taking anything begins to read.
      socket.read(0)
      await isTold(socket)
      emit.mockClear()
      const frozen = freeze(socket, { give: () => 1, take() {} }, never) as Freeze
      expect(frozen.details).toMatchObject({ state: 1, unread: Buffer.from('half').toString('base64') })
      expect(emit).not.toHaveBeenCalled()
      expect(Object.hasOwn(socket, 'emit')).toBe(who === 'an instrumentation')
      if (who === 'an instrumentation') expect(socket.emit).toBe(emit)
      frozen.thaw()
      const [data] = (await Promise.all([once(socket, 'data'), socket.resume()]))[0] as [Buffer]
      expect(String(data)).toBe('half')
    },
  )
})
