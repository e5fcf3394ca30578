import { expect, it } from 'vitest'
import type { IoSocket, Selection } from '../src/internals/socket-io.ts'
import { SentToPredecessor } from '../src/sent.ts'

const socket = { nsp: { name: '/' }, rooms: new Set(['id', 'room']) } as unknown as IoSocket

const to = (rooms: string[], except: string[] = []): Selection => ({ rooms: new Set(rooms), except: new Set(except) })

function sent(...all: (readonly [string, Selection])[]): SentToPredecessor {
  const log = new SentToPredecessor()
  for (const [nsp, selection] of all) log.add({ nsp, packet: { type: 2 }, selection, ack: undefined })
  return log
}

it('a socket gets those after the last one it has had, that were for it', () => {
  const log = sent(
    ['/', to(['room'])],
    ['/', to(['room'])],
    ['/', to(['other'])],
    ['/other', to([])],
    ['/', to([])],
    ['/', to([], ['room'])],
    ['/', to(['id', 'other'], ['another'])],
  )
  const rooms = log.since(1, socket).map(({ selection }) => Array.from(selection.rooms))
  expect(rooms).toEqual([['room'], [], ['id', 'other']])
})

it('forgets all when the predecessor has gone', () => {
  const log = sent(['/', to([])])
  log.clear()
  expect(log.since(0, socket)).toEqual([])
})
