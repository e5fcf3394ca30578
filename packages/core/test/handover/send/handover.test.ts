import type { Socket } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { http1 } from '../../../src/handover/kinds/http1.ts'
import type { ConnectionKind } from '../../../src/handover/kinds/kind.ts'
import { Handover } from '../../../src/handover/send/handover.ts'
import { failed } from '../../support/drains.ts'
import { GET, Inbox, answer, converse, serve } from '../../support/http.ts'
import type { Manner } from '../../support/receiver.ts'
import { forkReceiver } from '../../support/receiver.ts'

const LISTENER = 3
const TIME = 60_000

/** A server whose connections go to a process that takes them in that manner. */
async function setHandover(manner: Manner, time = TIME) {
  const { child, sender } = await forkReceiver(manner)
  const inbox = new Inbox()
  const { server, connections } = await serve(inbox.handler)
  const handover = new Handover(sender, [{ listener: LISTENER, kinds: [http1.name] }], time, failed)
  onTestFinished(() => handover.stop())
  const fates = new Map<Socket, string>()
  let told = (): void => {}
  const begin = (): void => {
    const moved = (socket: Socket, fate: string): void => {
      fates.set(socket, fate)
      told()
    }
    handover.add({ server, connections, listener: LISTENER, moved }, [http1])
  }
  /** Resolves when the fate of so many is known. */
  const settled = async (count: number): Promise<void> => {
    while (fates.size < count) await new Promise<void>((resolve) => (told = resolve))
  }
  return { child, inbox, server, handover, begin, fates, settled }
}

describe('a handover', () => {
  it('moves an idle connection at once, and a busy one after its answer', async () => {
    const { server, inbox, begin, fates, settled } = await setHandover('serves')
    const [idle, busy] = [await converse(server), await converse(server)]
    busy.client.say(GET('/before'))
    const { response } = await inbox.next()

    begin()
    await settled(1)
    expect([...fates]).toEqual([[idle.socket, 'received']])
    await answer(response, 'from the parent')
    await settled(2)

    idle.client.say(GET())
    busy.client.say(GET())
    await idle.client.hears(/from the child$/)
    await busy.client.hears(/from the parent[^]*from the child$/)
    expect(fates.get(busy.socket)).toBe('received')
  })

  it.each<Manner>(['holds nothing', 'serves nothing'])(
    'leaves a connection in service that the successor does not take: it %s',
    async (manner) => {
      const { server, inbox, handover, begin, fates } = await setHandover(manner)
      const { client, socket } = await converse(server)

      begin()
      expect(handover.canMove(http1, socket)).toBe(true)
      while (handover.canMove(http1, socket)) await new Promise((resolve) => setImmediate(resolve))

      client.say(GET())
      await answer((await inbox.next()).response, 'from the parent')
      await client.hears(/from the parent$/)
      expect(fates.size).toBe(0)
    },
  )

  it('cannot know what became of a connection when the successor dies over it', async () => {
    const { server, handover, begin, fates, settled } = await setHandover('dies')
    const { socket } = await converse(server)
    begin()
    await settled(1)
    expect(fates.get(socket)).toBe('unconfirmed')
    const later = await converse(server)
    expect(handover.canMove(http1, later.socket)).toBe(false)
  })

  it('no longer waits for a connection in the second half of the drain', async () => {
    const { server, inbox, handover, begin } = await setHandover('serves', 200)
    const { client, socket } = await converse(server)
    client.say(GET())
    await inbox.next()
    begin()
    expect(handover.canMove(http1, socket)).toBe(true)
    while (handover.canMove(http1, socket)) await new Promise((resolve) => setImmediate(resolve))
  })

  it('is of the kinds that the successor takes there, and of those alone', async () => {
    const { handover, server } = await setHandover('serves')
    const other: ConnectionKind = { ...http1, name: 'of another time' }
    expect(handover.accepted(LISTENER, [other, http1])).toEqual([http1])
    expect(handover.accepted(LISTENER + 1, [http1])).toEqual([])
    const { socket } = await converse(server)
    expect(handover.canMove(other, socket)).toBe(false)
  })
})
