import { once } from 'node:events'
import { connect } from 'node:net'
import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { Wire } from '../handover/stage/wire.ts'
import { Reader } from '../streams/stage/reader.ts'
import { cleanUp } from '../support/clean-up.ts'
import { startServer, tempDir } from '../support/index.ts'
import { WebSocketClient } from '../ws/stage/client.ts'
import { CHAIN, binaryOf, installAll, point, throughChain } from './binaries.ts'
import { INSTALLATION } from './installation.ts'

beforeAll(installAll, INSTALLATION)

it('WebSockets, event streams, raw TCP, sessions and state go through all versions of Node, up and down', async () => {
  const link = join(await tempDir(), 'node')
  const [first] = CHAIN
  await point(link, first)
  const options = { probation: 0, launch: { execPath: link } }
  const server = await startServer('every-kind', { node: binaryOf(first), options })
  const wire = await Wire.open(server.target(0))
  const webSocket = await WebSocketClient.open(server.target(0))
  const reader = await Reader.open(server.target(0))
  const { port } = server.target(1) as { port: number }
  const line = connect(port, '127.0.0.1')
  cleanUp(() => line.destroy())
  await once(line, 'connect')

  /** Each kind once: who has answered, and which answer it is of this kind. */
  const ask = async (time: number): Promise<string[]> => {
    const answers: string[] = []
    for (const path of ['/count', '/s/a']) answers.push((await wire.ask(path)).body.toString())
    webSocket.send('over WebSocket')
    answers.push((await webSocket.waitFor(time)).at(-1) ?? '')
    line.write('over TCP')
    answers.push(String((await once(line, 'data'))[0]))
    await reader.more(5)
    return answers
  }
  const expected = (generation: number, time: number): string[] => [
    `${generation} ${time}`,
    `${generation} ${time}`,
    `${generation} ${time} over WebSocket`,
    `${generation} ${time} over TCP`,
  ]

  expect(await ask(1)).toEqual(expected(1, 1))
  await throughChain(server, link, async (generation) =>
    expect(await ask(generation)).toEqual(expected(generation, generation)),
  )
  // None was opened again: each client has one connection, and no event is missing.
  expect([webSocket.end, reader.faults, reader.generations.at(-1)]).toEqual([undefined, [], String(CHAIN.length)])
})
