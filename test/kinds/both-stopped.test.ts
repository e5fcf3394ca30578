import { once } from 'node:events'
import type { Socket } from 'node:net'
import { connect } from 'node:net'
import { expect, it } from 'vitest'
import { Wire } from '../handover/stage/wire.ts'
import { Reader } from '../streams/stage/reader.ts'
import { cleanUp } from '../support/clean-up.ts'
import type { ServerProcess } from '../support/index.ts'
import { startServer } from '../support/index.ts'
import { WebSocketClient } from '../ws/stage/client.ts'
import { MOMENTS, stopBoth } from './stage/stop-both.ts'

/** Of each kind. */
const CONNECTIONS = 15

/** What each answer begins with: who says it, and which of its kind and connection it is. */
const numberIn = (answer: string): number => Number(answer.split(' ')[1])

async function openLine(server: ServerProcess): Promise<Socket> {
  const { port } = server.target(1) as { port: number }
  const line = connect(port, '127.0.0.1').setEncoding('utf8')
  cleanUp(() => line.destroy())
  await once(line, 'connect')
  return line
}

const times = <T>(make: (at: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: CONNECTIONS }, (_, at) => make(at)))

it('connections of each kind, whose processes are both stopped in the middle of their moves, lose nothing when those go on', async () => {
  const server = await startServer('every-kind', { options: { probation: 0 } })
  const wires = await times(() => Wire.open(server.target(0)))
  const webSockets = await times(() => WebSocketClient.open(server.target(0)))
  const readers = await Reader.openTimes(server.target(0), CONNECTIONS)
  const lines = await times(() => openLine(server))

  /** One answer on each, of those that answer. */
  const ask = async (time: number): Promise<number[]> => {
    const ofWires = wires.map(async (wire, at) => numberIn((await wire.ask(`/s/k${at}`)).body.toString()))
    const ofWebSockets = webSockets.map(async (client) => {
      client.send('x')
      return numberIn((await client.waitFor(time)).at(-1) ?? '')
    })
    const ofLines = lines.map(async (line) => {
      line.write('x')
      return numberIn(String((await once(line, 'data'))[0]))
    })
    return Promise.all([...ofWires, ...ofWebSockets, ...ofLines])
  }
  const expected = (time: number): number[] => Array.from({ length: 3 * CONNECTIONS }, () => time)

  let time = 1
  expect(await ask(time)).toEqual(expected(time))
  for (const moment of MOMENTS.keys()) {
    time += 1
    let answers: Promise<number[]> | undefined
    await stopBoth(server, moment, () => (answers = ask(time)))
    expect(await answers).toEqual(expected(time))
    await Promise.all(readers.map((reader) => reader.more(5)))
  }
  expect(readers.flatMap(({ faults }) => faults)).toEqual([])
  expect(webSockets.map(({ end }) => end)).toEqual(webSockets.map(() => undefined))
  expect(readers.map(({ generations }) => generations.at(-1))).toEqual(readers.map(() => '7'))
})
