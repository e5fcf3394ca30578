import { once } from 'node:events'
import type { Server } from 'node:http'
import { create } from '@zerodown/core'
import express from 'express'
import { describe, expect, it } from 'vitest'
import { express as withZerodown } from '../src/index.ts'

const EVENTS = ['SIGUSR2', 'SIGTERM', 'SIGINT', 'exit'] as const
const listeners = (): number => EVENTS.reduce((sum, signal) => sum + process.listenerCount(signal), 0)

describe('an Express application with zerodown', () => {
  it('listens to signals and to the end of the process only while it listens', async () => {
    const before = listeners()
    const app = withZerodown(express(), {}, create({ exit: false, logger: false }))
    expect(listeners()).toBe(before)
    for (let round = 1; round <= 2; round += 1) {
      const server: Server = app.listen(0, '127.0.0.1')
      await once(server, 'listening')
      expect(listeners()).toBe(before + EVENTS.length)
      server.close()
      await once(server, 'close')
      expect(listeners()).toBe(before)
    }
  })

  it('keeps listening to them while one of its servers listens', async () => {
    const before = listeners()
    const app = withZerodown(express(), {}, create({ exit: false, logger: false }))
    const servers: Server[] = [app.listen(0, '127.0.0.1'), app.listen(0, '127.0.0.1')]
    for (const server of servers) if (!server.listening) await once(server, 'listening')
    for (const [closed, server] of servers.entries()) {
      expect(listeners()).toBe(before + (closed < servers.length ? EVENTS.length : 0))
      server.close()
      await once(server, 'close')
    }
    expect(listeners()).toBe(before)
  })

  it('leaves nothing when it could not listen at all', async () => {
    const before = listeners()
    const app = withZerodown(express(), {}, create({ exit: false, logger: false }))
    expect(() => app.listen(-1)).toThrow(/options\.port/)
    expect(listeners()).toBe(before)
    const server: Server = app.listen(0, 'no-such-host.invalid', () => {})
    await once(server, 'error')
    expect(listeners()).toBe(before)
  })

  it('becomes ready when it listens elsewhere after it could not', async () => {
    const zerodown = create({ exit: false, logger: false })
    const app = withZerodown(express(), {}, zerodown)
    const failed: Server = app.listen(0, 'no-such-host.invalid', () => {})
    await once(failed, 'error')
    const ready = once(zerodown, 'ready')
    const server: Server = app.listen(0, '127.0.0.1')
    await ready
    expect(zerodown.state).toBe('serving')
    server.close()
    await once(server, 'close')
  })
})
