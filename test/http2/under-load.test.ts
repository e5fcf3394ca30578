import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { cleanUp } from '../support/clean-up.ts'
import { startServer } from '../support/index.ts'
import type { Asker } from './asker.ts'
import { GrpcAsker } from './grpc.ts'
import { NodeAsker } from './node.ts'
import { RUNS_UNDICI_8, undiciAsker } from './undici.ts'

const RESTARTS = 5
const AT_ONCE = 8
const GENERATIONS = Array.from({ length: RESTARTS + 1 }, (_, before) => String(before + 1))

/** Asks all through some restarts, several at a time on one session: all that failed. */
async function restartUnder<A extends Asker>(
  connect: (port: number) => A | Promise<A>,
  ask: (asker: A) => Promise<string>,
): Promise<string[]> {
  const server = await startServer('http2')
  const asker = await connect((server.latest.listening[0] as AddressInfo).port)
  cleanUp(() => asker.end())
  const failed: string[] = []
  const generations = new Set<string>()
  const over = new AbortController()
  const askOn = async (): Promise<void> => {
    while (!over.signal.aborted) {
      const answer = await ask(asker)
      if (GENERATIONS.includes(answer)) generations.add(answer)
      else failed.push(answer)
    }
  }
  const askers = Array.from({ length: AT_ONCE }, askOn)

  for (let restart = 0; restart < RESTARTS; restart += 1) {
    const before = server.latest.pid
    await server.restart()
    await server.waitForExit(before)
  }
  over.abort()
  await Promise.all(askers)
  expect([...generations]).toEqual(GENERATIONS)
  return failed
}

describe('restarts of an HTTP/2 server under load fail no request', () => {
  it("of Node's own client, whose application repeats what was refused", async () => {
    const failed = await restartUnder(
      (port) => new NodeAsker(port),
      (asker) => asker.askAgainIfRefused('bytes'),
    )
    expect(failed).toEqual([])
  })

  it('of grpc-js', async () => {
    const failed = await restartUnder(
      (port) => new GrpcAsker(port),
      (asker) => asker.ask('bytes'),
    )
    expect(failed).toEqual([])
  })

  // Not version 7: at a GOAWAY it breaks the connection, and with it the answers that are on their way.
  it.each(RUNS_UNDICI_8 ? (['undici'] as const) : [])('of %s 8', async (name) => {
    const failed = await restartUnder(
      (port) => undiciAsker(name, port, false),
      (asker) => asker.ask('bytes'),
    )
    expect(failed).toEqual([])
  })
})
