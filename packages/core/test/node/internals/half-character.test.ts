import { createServer } from 'node:net'
import { expect, it } from 'vitest'
import { hasHalfCharacter } from '../../../src/node/internals/half-character.ts'
import { converse, hasRead } from '../../support/http.ts'
import { listen } from '../../support/servers.ts'

it('a socket with an encoding keeps half a character to itself, until the rest comes', async () => {
  const { client, socket } = await converse(await listen(createServer()))
  expect(hasHalfCharacter(socket)).toBe(false)
  socket.setEncoding('utf8').on('data', () => {})
  const euro = Buffer.from('a€')
  client.socket.write(euro.subarray(0, 2))
  await hasRead(socket, 2)
  expect(hasHalfCharacter(socket)).toBe(true)
  client.socket.write(euro.subarray(2))
  await hasRead(socket, euro.length)
  expect(hasHalfCharacter(socket)).toBe(false)
})
