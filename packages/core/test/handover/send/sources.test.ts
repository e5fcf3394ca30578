import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { isStillIdle } from '../../../src/handover/send/sources.ts'
import type { Conversation } from '../../support/http.ts'
import { converse, hasRead, serve } from '../../support/http.ts'

describe('a connection that was found idle is no longer', () => {
  it.each<[string, (ends: Conversation) => Promise<unknown> | void]>([
    ['when something has arrived', ({ client, socket }) => (client.say('G'), hasRead(socket, 1))],
    ['when its server has begun to end it', ({ socket }) => void socket.end()],
    ['when its client has ended its half', ({ client, socket }) => (client.socket.end(), once(socket, 'end'))],
    ['when it is destroyed', ({ socket }) => void socket.destroy()],
  ])('%s', async (_, happens) => {
    const { server } = await serve(() => {})
    const ends = await converse(server)
    const { socket } = ends
    const idle = { socket, bytesRead: socket.bytesRead }
    expect(isStillIdle(idle)).toBe(true)

    await happens(ends)

    expect(isStillIdle(idle)).toBe(false)
  })
})
