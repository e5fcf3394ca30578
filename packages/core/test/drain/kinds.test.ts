import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { createServer } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { Connections } from '../../src/connections/tracking.ts'
import { emptyLedger } from '../../src/drain/ledger.ts'
import { startDrain } from '../../src/drain/start-drain.ts'
import type { ConnectionKind, KindDrain } from '../../src/handover/kinds/kind.ts'
import { addKind } from '../../src/handover/kinds/kinds.ts'
import type { Handover } from '../../src/handover/send/handover.ts'
import { failed } from '../support/drains.ts'
import { converse } from '../support/http.ts'
import { listen } from '../support/servers.ts'

const begun: { server: object; draining: KindDrain }[] = []
let stopped = 0

const polite: ConnectionKind = {
  name: 'polite',
  isServedBy: (server) => server.listenerCount('polite') > 0,
  obstacle: () => 'it never moves.',
  findIdle: () => [],
  freeze: () => undefined,
  receive: () => false,
  drain(server, draining) {
    begun.push({ server, draining })
    draining.hold(new Promise(() => {}))
    return () => (stopped += 1)
  },
}

it('a kind is told of the drain of a server that serves it, what stays, and when all is over', async () => {
  addKind(polite)
  const server = (await listen(createServer())).on('polite', () => {})
  const connections = new Connections(server)
  const [here, moving] = [await converse(server), await converse(server)]
  onTestFinished(() => connections.destroyAll())
  const canMove = (_: unknown, socket: Socket): boolean => socket === moving.socket
  const to = { canMove, add() {} } as unknown as Handover
  const handover = { to, listener: 3, kinds: [polite], moved() {} }

  const what = { server, connections, ledger: emptyLedger(), handover, time: 300, failed }
  const { drain } = startDrain(what, Promise.resolve())

  expect(begun).toHaveLength(1)
  const [{ server: told, draining }] = begun as [{ server: object; draining: KindDrain }]
  expect(told).toBe(server)
  expect(draining.time).toBe(300)
  expect(draining.open).toEqual(new Set([here.socket, moving.socket]))
  expect([here, moving].map(({ socket }) => draining.stays(socket))).toEqual([true, false])
  expect(stopped).toBe(0)
  drain.end()
  expect(stopped).toBe(1)
})

it('where there is no successor, everything stays', async () => {
  const server = (await listen(createServer())).on('polite', () => {})
  const connections = new Connections(server)
  const { socket } = await converse(server)
  onTestFinished(() => connections.destroyAll())
  startDrain({ server, connections, ledger: emptyLedger(), handover: undefined, time: 300, failed }, Promise.resolve())
  expect(begun.at(-1)?.draining.stays(socket)).toBe(true)
})

it('a kind can hold the drain, and with it the end of the server, until the rest is cut', async () => {
  const server = (await listen(createServer())).on('polite', () => {})
  const connections = new Connections(server)
  const said: string[] = []
  server.on('close', () => said.push('close'))
  const what = { server, connections, ledger: emptyLedger(), handover: undefined, time: 300, failed }
  const { drain, drained } = startDrain(what, Promise.resolve())
  void drained.then(() => said.push('drained'))
  await wait(50)
  expect(said).toEqual([])
  drain.cut()
  await drained
  expect(said).toEqual(['close', 'drained'])
})

it('a kind that throws when the drain begins, or ends, ends nothing', async () => {
  const rude: ConnectionKind = {
    ...polite,
    name: 'rude',
    isServedBy: (server) => server.listenerCount('rude') > 0,
    drain: () => () => assert.fail('no end'),
  }
  const ruder = { ...rude, name: 'ruder', drain: () => assert.fail('no drain') }
  for (const kind of [rude, ruder]) addKind(kind)
  const server = (await listen(createServer())).on('rude', () => {})
  const failures: string[] = []
  const what = { server, connections: new Connections(server), ledger: emptyLedger(), handover: undefined, time: 300 }
  const { drain, drained } = startDrain(
    { ...what, failed: (kind, error) => failures.push(`${kind}: ${(error as Error).message}`) },
    Promise.resolve(),
  )
  await drained
  drain.end()
  expect(failures).toEqual(['ruder: no drain', 'rude: no end'])
})
