import { expect, it } from 'vitest'
import { until } from '../support/index.ts'
import { ledgerOf } from './stage/events.ts'
import { commit, openUsed, restartAndCommit, restartAndLeave, seen, startGenerations } from './stage/server.ts'
import { GET, Wire, generationOf } from './stage/wire.ts'

it('clients that close in the middle of the handover leave no trace, and the others notice nothing', async () => {
  const server = await startGenerations()
  const [leaving, gone, resetting, staying] = (await Promise.all(
    [15, 15, 15, 15].map((times) => openUsed(server.target(), times)),
  )) as [Wire[], Wire[], Wire[], Wire[]]

  await commit(server)
  for (const [at, wire] of staying.entries()) {
    leaving[at]?.end()
    gone[at]?.destroy()
    resetting[at]?.reset()
    wire.get('/')
  }

  expect((await Promise.all(staying.map((wire) => wire.answer()))).every(({ close }) => !close)).toBe(true)
  expect(await server.waitForExit()).toBe(0)
  const { finished, handedOver, closedIdle, unconfirmed, cut } = await ledgerOf(server, 1)
  expect({ all: finished + handedOver + closedIdle, unconfirmed, cut }).toEqual({ all: 60, unconfirmed: 0, cut: 0 })
  expect((await Promise.all(staying.map((wire) => wire.ask()))).map(generationOf)).toEqual(Array(15).fill(2))
  const [observer] = staying as [Wire]
  await until(async () => (await seen(observer)).connections === 15, 'the end of those that left')
  await Promise.all(leaving.map((wire) => wire.ended()))
})

it('a client that ends its side after a request gets the answer: asked before the restart', async () => {
  const server = await startGenerations({ http: { httpAllowHalfOpen: true } })
  const wire = await Wire.open(server.target())
  wire.get('/when-draining')
  wire.end()

  await restartAndCommit(server)

  expect((await wire.answer()).body.toString()).toBe('drained')
  await wire.ended()
  expect(wire.closed).toBe('in good order')
})

it('a client that ends its side after a request gets the answer: asked of the successor', async () => {
  const server = await startGenerations({ http: { httpAllowHalfOpen: true } })
  const [wire] = (await openUsed(server.target(), 1)) as [Wire]
  await restartAndLeave(server)

  wire.get('/slow?ms=100')
  wire.end()

  expect(generationOf(await wire.answer())).toBe(2)
  await wire.ended()
  expect(wire.closed).toBe('in good order')
})

it('a client that ends its side after a request gets the answer: asked in the middle of the handover', async () => {
  const server = await startGenerations()
  const wires = await openUsed(server.target(), 40)

  await commit(server)
  for (const wire of wires) {
    wire.write(GET())
    wire.end()
  }

  const answers = await Promise.all(wires.map((wire) => wire.answer()))
  expect(answers.map(({ status }) => status)).toEqual(Array(40).fill(200))
  await Promise.all(wires.map((wire) => wire.ended()))
  expect(wires.map(({ closed }) => closed)).toEqual(Array(40).fill('in good order'))
  expect(await server.waitForExit()).toBe(0)
})
