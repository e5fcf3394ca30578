import { describe, expect, it } from 'vitest'
import { startSupervised } from '../run/stage/supervised.ts'
import type { Counted } from './stage/conversation.ts'
import { converse } from './stage/conversation.ts'
import { VERSIONS, startChat } from './stage/server.ts'

const LATE = { ANSWERS_WITHIN: '2000' }

function report(what: string, { messages, questions, ticks }: Counted): void {
  console.log(`${what}: ${messages} messages, ${questions} questions, ${ticks} broadcasts`)
}

describe.each(VERSIONS)('40 clients of %s, with 80 sockets', (version) => {
  it('through 10 restarts', { timeout: 300_000 }, async () => {
    const server = await startChat({ version, tick: 10, ask: 50, env: LATE })
    report(version, await converse(server, { clients: 40, restarts: 10, pause: 50 }))
  })

  it('of which the server keeps what they may miss, after polling', { timeout: 300_000 }, async () => {
    const ioOptions = { connectionStateRecovery: {} }
    const server = await startChat({ version, tick: 10, ask: 50, ioOptions, env: LATE })
    const transports = ['polling', 'websocket']
    report(`${version}, with recovery`, await converse(server, { clients: 40, restarts: 5, pause: 50, transports }))
  })
})

describe('under `zerodown run -w 2`', () => {
  it('clients of each slot move to its next process', { timeout: 300_000 }, async () => {
    const supervised = await startSupervised('chat.mjs', { env: { ASK: 50, ...LATE } })
    const { server, rollAndLeave } = supervised
    const target = supervised.target()
    const counted = await converse(server, { clients: 40, restarts: 10, pause: 50, target, restart: rollAndLeave })
    report('two slots', counted)
    expect(counted.questions).toBeGreaterThan(0)
  })
})
