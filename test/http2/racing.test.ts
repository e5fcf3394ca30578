import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { cleanUp } from '../support/clean-up.ts'
import { startServer } from '../support/index.ts'
import type { Asker } from './asker.ts'
import { GoawayWire } from './goaway-wire.ts'
import { GrpcAsker } from './grpc.ts'
import { NodeAsker } from './node.ts'
import { RUNS_UNDICI_8, undiciAsker } from './undici.ts'

const REPEATED = '2'

const UNDICI_7 = [
  ['undici7', 'request', 'nothing', 'UND_ERR_SOCKET'],
  ['undici7', 'request', 'bytes', 'UND_ERR_SOCKET'],
  ['undici7', 'request', 'stream', 'UND_ERR_SOCKET'],
  ['undici7', 'retried request', 'nothing', REPEATED],
  ['undici7', 'retried request', 'bytes', REPEATED],
  // The agent does send it again, but without the body, which has been read.
  ['undici7', 'retried request', 'stream', 'empty'],
] as const

const UNDICI_8 = [
  ['undici', 'request', 'nothing', REPEATED],
  ['undici', 'request', 'bytes', REPEATED],
  ['undici', 'request', 'stream', 'UND_ERR_INFO'],
  ['undici', 'fetch', 'nothing', REPEATED],
  ['undici', 'fetch', 'bytes', 'UND_ERR_INFO'],
  ['undici', 'retried request', 'stream', 'empty'],
] as const

const UNDICI = RUNS_UNDICI_8 ? [...UNDICI_7, ...UNDICI_8] : UNDICI_7

/** Restarts a server, and lets a request of this client race the GOAWAY: what becomes of it. */
async function race<A extends Asker>(
  connect: (port: number) => A | Promise<A>,
  ask: (asker: A) => Promise<string>,
): Promise<string> {
  const server = await startServer('http2')
  const wire = await GoawayWire.to((server.latest.listening[0] as AddressInfo).port)
  const asker = await connect(wire.port)
  cleanUp(() => asker.end())
  expect(await ask(asker)).toBe('1')

  const restarted = server.restart()
  await wire.goaway
  const answer = await ask(asker)
  await restarted
  // Whatever became of the one that raced, the next is answered by the successor.
  expect(await ask(asker)).toBe('2')
  return answer
}

describe('a request that races the GOAWAY of a restart', () => {
  it.each(['nothing', 'bytes', 'stream'] as const)("Node's own client reports as refused (%s)", async (content) => {
    expect(
      await race(
        (port) => new NodeAsker(port),
        (asker) => asker.ask(content),
      ),
    ).toBe('refused')
  })

  it.each(['nothing', 'bytes', 'stream'] as const)(
    'is answered if the application repeats it (%s)',
    async (content) => {
      expect(
        await race(
          (port) => new NodeAsker(port),
          (asker) => asker.askAgainIfRefused(content),
        ),
      ).toBe(REPEATED)
    },
  )

  it.each(['bytes', 'stream'] as const)('grpc-js repeats (%s)', async (content) => {
    expect(
      await race(
        (port) => new GrpcAsker(port),
        (asker) => asker.ask(content),
      ),
    ).toBe(REPEATED)
  })

  it.each(UNDICI)('%s %s() with %s: %s', async (name, call, content, outcome) => {
    expect(
      await race(
        (port) => undiciAsker(name, port, call === 'retried request'),
        (asker) => (call === 'fetch' ? asker.fetch(content) : asker.ask(content)),
      ),
    ).toBe(outcome)
  })
})
