import { createServer } from 'node:net'
import { describe, expect, it, vi } from 'vitest'
import type { ConnectionKind } from '../../../src/handover/kinds/kind.ts'
import { ConnectionAdopter } from '../../../src/handover/receive/connection-adopter.ts'
import { listen } from '../../support/servers.ts'

interface Parts {
  isServedBy?: () => boolean
  obstacle?: string
  receive?: ConnectionKind['receive']
}

function aKind(name: string, { isServedBy = () => true, obstacle, receive = () => true }: Parts = {}) {
  return {
    name,
    isServedBy,
    obstacle: vi.fn<ConnectionKind['obstacle']>(() => obstacle),
    begin: vi.fn<(server: object) => void>(),
    findIdle: () => [],
    freeze: () => undefined,
    receive: vi.fn<ConnectionKind['receive']>(receive),
  }
}

/** An adopter of a server that listens. */
async function begun(...kinds: ConnectionKind[]) {
  const server = await listen(createServer())
  const hindered = vi.fn<() => void>()
  const adopter = new ConnectionAdopter(server, hindered, kinds)
  expect([adopter.kinds, adopter.adopt({}, { kind: kinds[0]?.name ?? '' })]).toEqual([[], false])
  adopter.begin(server)
  return { server, adopter, hindered }
}

describe('a server that adopts connections', () => {
  it('takes those of each kind that it serves and that nothing hinders, once it listens', async () => {
    const [one, hindered] = [aKind('one'), aKind('hindered', { obstacle: 'something is in the way' })]
    const { server, adopter } = await begun(one, hindered, aKind('not here', { isServedBy: () => false }))
    expect(adopter.kinds).toEqual([one])
    expect(one.begin.mock.calls).toEqual([[server]])
    expect(hindered.begin).not.toHaveBeenCalled()
    expect([adopter.adopt({}, { kind: 'hindered' }), adopter.adopt({}, { kind: 'unheard of' })]).toEqual([false, false])
  })

  it('gives a connection to its kind, with what came along, and says what that says', async () => {
    const no = aKind('no', { receive: () => false })
    const later = aKind('later', { receive: () => Promise.resolve(true) })
    const one = aKind('one')
    const { server, adopter, hindered } = await begun(one, no, later)
    const connection = {}
    expect(adopter.adopt(connection, { kind: 'one', used: true })).toBe(true)
    expect(one.receive.mock.calls).toEqual([[server, expect.any(Function), connection, { used: true }]])
    expect(adopter.adopt({}, { kind: 'no' })).toBe(false)
    expect(await adopter.adopt({}, { kind: 'later' })).toBe(true)
    expect(hindered).not.toHaveBeenCalled()
  })

  it.each([
    ['at once', () => false],
    ['later', async () => false],
  ])('tells, when that turns out %s, that it can take none of a kind', async (_, refuse) => {
    const kind = aKind('one')
    kind.receive.mockImplementation(() => {
      kind.obstacle.mockReturnValue('something is in the way')
      return refuse()
    })
    const { adopter, hindered } = await begun(kind)
    expect(await adopter.adopt({}, { kind: 'one' })).toBe(false)
    expect(hindered).toHaveBeenCalledOnce()
    expect(adopter.kinds).toEqual([])
  })
})
