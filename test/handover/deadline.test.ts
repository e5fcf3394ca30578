import { setTimeout as wait } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { askUntilClosed } from './stage/ask-until.ts'
import { counts, ledgerOf } from './stage/events.ts'
import { commit, openUsed, startGenerations } from './stage/server.ts'
import type { Wire } from './stage/wire.ts'
import { GET, generationOf } from './stage/wire.ts'

it('a connection of which the successor has a copy is counted, logged and closed at the deadline as any other', async () => {
  const server = await startGenerations({ options: { drainTimeout: 1500 } })
  const [wire] = (await openUsed(server.target(), 1)) as [Wire]
  // At the first answer, after the commit, a copy is made; the second one is more than its client takes.
  wire.get('/when-draining', '/large?bytes=50000000')
  wire.stopReading()

  await commit(server)

  expect(await ledgerOf(server, 1)).toEqual(counts({ cut: 1 }))
  await server.waitForLog(/drainTimeout: after 1500 ms, 1 connection was cut with something in flight/)
  wire.readOn()
  await wire.ended()
})

it('a request that came while the process was stopped, as in a frozen container, is answered though the deadline is over', async () => {
  const server = await startGenerations({ options: { drainTimeout: 2000 } })
  const [first, ...wires] = (await openUsed(server.target(), 4)) as [Wire, ...Wire[]]
  server.signal('SIGTERM')
  await askUntilClosed(first)

  server.signal('SIGSTOP')
  for (const wire of wires) wire.write(GET('/slow?ms=100'))
  await wait(2700)
  server.signal('SIGCONT')

  const answers = await Promise.all(wires.map((wire) => wire.answer()))
  expect(answers.map((answer) => [generationOf(answer), answer.close])).toEqual(wires.map(() => [1, true]))
  expect(await ledgerOf(server, 1)).toEqual(counts({ finished: 4 }))
})
