import { once } from 'node:events'
import { connect } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { startLoad } from '@zerodown/load'
import type { Answer } from '@zerodown/load'
import { expect, it } from 'vitest'
import type { ServerProcess } from '../support/index.ts'
import { startServer, tempDir } from '../support/index.ts'
import { settled } from './settle.ts'

const RESTARTS = 4
/** By their places in the announcement; the fourth speaks no HTTP. */
const NAMES = [
  [0, 'first'],
  [1, 'second'],
  [2, 'third'],
  [4, 'last'],
] as const
const RAW = 3

it('keeps several servers of one process apart, and loses nothing of any', async () => {
  const server = await startServer('several', { env: { SOCKET: join(await tempDir(), 'last.sock') } })
  const { listening } = server.latest
  const loads = NAMES.map(([place, name]) =>
    startLoad({
      target: server.target(place),
      workers: [
        { kind: 'keepAlive', connections: 2, thinkTime: [0, 10], check: isFrom(name) },
        { kind: 'fresh', connections: 1, thinkTime: [0, 10], check: isFrom(name) },
        { kind: 'post', connections: 1, size: 16_256, thinkTime: [0, 10], check: isFrom(name) },
      ],
    }),
  )

  for (let generation = 2; generation <= RESTARTS + 1; generation++) {
    // Addresses of port 0 as well: each is the socket that it was.
    expect(await server.restart()).toMatchObject({ generation, listening })
    await Promise.all(
      loads.map((load) => load.waitFor(({ generations }) => (generations[generation] ?? 0) > 10, 15_000)),
    )
    await settled(server)
    expect(await rawAnswer(server)).toBe(`raw ${generation}`)
  }

  for (const load of loads) expect(await load.stop()).toMatchObject({ failed: 0, firstFailures: [] })
})

const isFrom =
  (name: string) =>
  ({ headers }: Answer): string | undefined =>
    headers.get('x-server') === name ? undefined : `answered by ${headers.get('x-server')}, not by ${name}`

async function rawAnswer(server: ServerProcess): Promise<string> {
  const target = server.target(RAW)
  if (!('port' in target)) throw new Error('not on TCP')
  const socket = connect(target)
  await once(socket, 'connect')
  return text(socket)
}
