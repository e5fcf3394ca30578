import { expect, it } from 'vitest'
import { eventsOf, restartAndLeave } from '../support/index.ts'
import { Reader } from './stage/reader.ts'
import { startStreams } from './stage/server.ts'

it('20 streams with an event each 10 ms miss none of them in 20 restarts, nor is one doubled', async () => {
  const server = await startStreams()
  const readers = await Reader.openTimes(server.target(), 20, { path: '/until/21' })
  for (let restart = 1; restart <= 20; restart += 1) await restartAndLeave(server)
  await Promise.all(readers.map((reader) => reader.until(({ ended }) => ended, 'the end of the stream')))

  const events = readers.flatMap(({ ids }) => ids).length
  console.log(`${events} events on ${readers.length} streams`)
  expect(readers.flatMap(({ faults }) => faults)).toEqual([])
  expect(eventsOf(server, 'response close').filter(({ by }) => by < 21)).toEqual([])
  for (const reader of readers) {
    const { localPort } = reader
    expect(await reader.ask()).toEqual({ body: '21', localPort })
  }
})

it('20 streams go on through restarts back to back, or stay where they are', async () => {
  const server = await startStreams({ options: { drainTimeout: 10_000 } })
  const readers = await Reader.openTimes(server.target(), 20)
  for (let restart = 1; restart <= 10; restart += 1) await server.restart()
  await Promise.all(readers.map((reader) => reader.more(50)))
  console.log(`by generation ${[...new Set(readers.map(({ generations }) => generations.at(-1)))].join(', ')}`)
  expect(readers.flatMap(({ faults }) => faults)).toEqual([])
})
