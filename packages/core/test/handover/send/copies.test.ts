import type { Socket } from 'node:net'
import { expect, it } from 'vitest'
import { http1 } from '../../../src/handover/kinds/http1.ts'
import { Copies } from '../../../src/handover/send/copies.ts'
import { Sources } from '../../../src/handover/send/sources.ts'
import { converse, serve } from '../../support/http.ts'
import type { Manner } from '../../support/receiver.ts'
import { forkReceiver } from '../../support/receiver.ts'

/** Copies of a connection on which nothing was said, for a process that takes them in that manner. */
async function copiesFor(manner: Manner): Promise<{ copies: Copies; socket: Socket }> {
  const { sender } = await forkReceiver(manner)
  const { server, connections } = await serve(() => {})
  const { socket } = await converse(server)
  const sources = new Sources(http1)
  sources.add({ server, connections, listener: 3, moved: () => {} })
  return { copies: new Copies(http1, sender, sources), socket }
}

it.each<[Manner, boolean]>([
  ['serves', true],
  ['holds nothing', false],
])('a successor that %s has a copy of each: %s', async (manner, held) => {
  const { copies, socket } = await copiesFor(manner)

  await copies.make()

  expect([copies.holds(socket), copies.refused(socket)]).toEqual([held, !held])
})
