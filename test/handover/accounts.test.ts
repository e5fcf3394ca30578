import { expect, it } from 'vitest'
import { eventsOf } from '../support/index.ts'
import { counts, ledgerOf, told } from './stage/events.ts'
import { commit, openSilent, openUsed, restartAndLeave, startGenerations } from './stage/server.ts'
import { POST, Wire } from './stage/wire.ts'

it('events, ledger and log tell what became of every connection', async () => {
  const path = '/when-draining'
  const server = await startGenerations({ options: { drainTimeout: 1500 } })
  const target = server.target()
  // Seven that can move at once, two as soon as they are answered, two that finish something else, and one that never ends.
  await openSilent(target, 3)
  await openUsed(target, 4)
  const [answered, another, last, upgraded, endless] = (await Wire.openTimes(target, 5)) as [
    Wire,
    Wire,
    Wire,
    Wire,
    Wire,
  ]
  answered.get(path)
  another.get(path)
  last.write(`GET ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`)
  upgraded.write('GET / HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: echo\r\n\r\n')
  await upgraded.hears(/101/)
  endless.write(`${POST('/echo', 8)}abcd`)
  await endless.answerBegins()

  await commit(server)
  await answered.answer()
  await last.ended()
  upgraded.end()

  expect(await ledgerOf(server, 1)).toEqual(counts({ handedOver: 9, finished: 2, cut: 1 }))
  expect(await told(server, 1, 'stopped')).toMatchObject({ handedOver: 9, finished: 2, cut: 1 })
  expect(await told(server, 2, 'received')).toMatchObject({ connections: 9 })
  await server.waitForLog(/drainTimeout: after 1500 ms, 1 connection was cut with something in flight/)
  await server.waitForLog(/drained: 2 finished, 9 handed over, 0 closed idle, 1 cut in \d+ ms/)
})

it('a connection that its client closes is none that moved', async () => {
  const server = await startGenerations({ generations: { 2: { busy: 500 } } })
  const wires = await openUsed(server.target(), 3)

  await commit(server)
  // The successor is too busy to take more than one.
  for (const wire of wires) wire.end()
  await Promise.all(wires.slice(1).map((wire) => wire.ended()))
  const ledger = await ledgerOf(server, 1)

  expect(ledger.handedOver).toBeLessThanOrEqual(1)
  expect(ledger).toEqual(counts({ handedOver: ledger.handedOver, closedIdle: 3 - ledger.handedOver }))
})

it('each generation counts what came to it, and what went on', async () => {
  const server = await startGenerations()
  await openUsed(server.target(), 3)
  await restartAndLeave(server)
  await openUsed(server.target(), 2)
  await restartAndLeave(server)

  expect([await ledgerOf(server, 1), await ledgerOf(server, 2)]).toEqual([
    counts({ handedOver: 3 }),
    counts({ handedOver: 5 }),
  ])
  expect(await told(server, 2, 'received')).toMatchObject({ connections: 3 })
  expect(await told(server, 3, 'received')).toMatchObject({ connections: 5 })
})

it('a first generation and one to which nothing came say so, too', async () => {
  const server = await startGenerations()

  await restartAndLeave(server)

  expect(await ledgerOf(server, 1)).toEqual(counts({}))
  expect(await told(server, 2, 'received')).toMatchObject({ connections: 0 })
  expect(eventsOf(server, 'received').filter(({ by }) => by === 1)).toEqual([])
})
