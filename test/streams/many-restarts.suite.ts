import { expect, it } from 'vitest'
import { startSupervised } from '../run/stage/supervised.ts'
import type { ServerProcess } from '../support/index.ts'
import { eventsOf, restartAndLeave } from '../support/index.ts'
import { Reader } from './stage/reader.ts'
import { startStreams } from './stage/server.ts'

/** 20 streams with an event each 10 ms go on through 20 restarts, and end in the last generation. */
async function read(
  server: ServerProcess,
  target = server.target(),
  restart: () => Promise<unknown> = () => restartAndLeave(server),
): Promise<void> {
  const readers = await Reader.openTimes(target, 20, { path: '/until/21' })
  for (let time = 1; time <= 20; time += 1) await restart()
  await Promise.all(readers.map((reader) => reader.until(({ ended }) => ended, 'the end of the stream')))

  const events = readers.flatMap(({ ids }) => ids).length
  console.log(`${events} events on ${readers.length} streams`)
  expect(readers.flatMap(({ faults }) => faults)).toEqual([])
  expect(eventsOf(server, 'response close').filter(({ by }) => by < 21)).toEqual([])
  for (const reader of readers) {
    const { localPort } = reader
    expect(await reader.ask()).toEqual({ body: '21', localPort })
  }
}

it('20 streams with an event each 10 ms miss none of them in 20 restarts, nor is one doubled', async () => {
  await read(await startStreams())
})

it('nor do they in the slots of `zerodown run -w 2`', async () => {
  const { server, target, rollAndLeave } = await startSupervised('streams.mjs', { env: { START: Date.now() } })
  await read(server, target(), rollAndLeave)
})

it('20 streams go on through restarts back to back, or stay where they are', async () => {
  const server = await startStreams({ options: { drainTimeout: 10_000 } })
  const readers = await Reader.openTimes(server.target(), 20)
  for (let restart = 1; restart <= 10; restart += 1) await server.restart()
  await Promise.all(readers.map((reader) => reader.more(50)))
  console.log(`by generation ${[...new Set(readers.map(({ generations }) => generations.at(-1)))].join(', ')}`)
  expect(readers.flatMap(({ faults }) => faults)).toEqual([])
})
