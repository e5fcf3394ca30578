import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { until } from '../support/index.ts'
import { isStopped } from '../support/process-status.ts'
import { converse } from './stage/conversation.ts'
import { startChat } from './stage/server.ts'

/** On a busy machine clients take long to answer what the old process has asked them. */
const env = { ANSWERS_WITHIN: '2000' }

/** The oldest and the newest; test:socket.io runs others. */
const VERSIONS = ['socket.io-4.6', 'socket.io']

it.each([
  ['the new process is', false],
  ['both processes are', true],
])('clients wait where %s stopped in the middle of their moves, and lose nothing when it goes on', async (_, both) => {
  const server = await startChat({ env, tick: 10, ask: 25, generations: { 2: { stopAfter: 7 } } })
  const restart = async (): Promise<void> => {
    const old = server.current()
    const { pid } = await server.restart()
    await until(() => isStopped(pid), 'the new process to stop')
    if (both) server.signal('SIGSTOP', old)
    await wait(500)
    server.signal('SIGCONT', pid)
    if (both) await wait(100)
    server.signal('SIGCONT', old)
    await server.waitForExit(old, 30_000)
  }
  await converse(server, { clients: 8, restarts: 1, restart })
})

describe.each(VERSIONS)('clients of %s', (version) => {
  it('stay connected through restarts, and no message, acknowledgement or broadcast is lost, doubled or out of order', async () => {
    const server = await startChat({ version, env, tick: 10, ask: 25 })
    const counted = await converse(server, { clients: 8, restarts: 1 })
    expect(counted.ticks).toBeGreaterThan(0)
  })
})
