import { ZerodownError } from '@zerodown/core'
import { Server } from 'socket.io'
import { expect, it } from 'vitest'
import { socketIo } from '../src/index.ts'

it('returns the same server', () => {
  const io = new Server()
  expect(socketIo(io)).toBe(io)
  expect(socketIo(io, { moved: (socket) => void socket.id })).toBe(io)
})

it.each([
  ['no server', () => socketIo({} as Server)],
  ['a negative time', () => socketIo(new Server(), { answersWithin: -1 })],
  ['what is no function', () => socketIo(new Server(), { moved: 'no' as never })],
])('refuses %s', (_, call) => {
  expect(call).toThrow(ZerodownError)
})
