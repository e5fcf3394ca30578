import { Server } from 'socket.io'
import { expect, it } from 'vitest'
import type { Io } from '../src/internals/socket-io.ts'
import { TYPE, isKnown } from '../src/internals/socket-io.ts'
import { fromWire, toWire } from '../src/wire.ts'

const io = new Server() as unknown as Io

it('knows this version of Socket.IO', () => {
  expect(isKnown(io)).toBe(true)
  expect(isKnown({ ...io, _nsps: new Map() } as unknown as Io)).toBe(false)
})

it.each([
  ['texts', { type: TYPE.event, nsp: '/chat', data: ['said', 'ü', 1, null] }],
  ['bytes', { type: TYPE.event, nsp: '/', data: ['said', { deep: [Buffer.from('a'), Buffer.alloc(0)] }] }],
  ['an acknowledgement with bytes', { type: TYPE.ack, nsp: '/', id: 17, data: [Buffer.from('b')] }],
])('carries %s through JSON, and can write them again', (_, packet) => {
  const once = fromWire(io, JSON.parse(JSON.stringify(toWire(io, packet))))
  expect(once).toMatchObject(packet)
  expect(once && toWire(io, once)).toEqual(toWire(io, packet))
})

it('says so where it does not understand a packet', () => {
  expect(fromWire(io, ['what is this?'])).toBeUndefined()
  expect(fromWire(io, [])).toBeUndefined()
})
