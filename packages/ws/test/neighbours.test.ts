import { EventEmitter } from 'node:events'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, it, vi } from 'vitest'
import { ArrivedSockets } from '../src/arrived-sockets.ts'
import type { CallMessage, Report } from '../src/messages.ts'
import { MovedSockets } from '../src/moved-sockets.ts'
import { StandIn } from '../src/stand-in.ts'
import type { AnyWebSocket } from '../src/types.ts'

/** A WebSocket that does at once what it is told, and notes it. */
class Fake extends EventEmitter {
  readonly done: unknown[][] = []
  readonly readyState = 1
  send(data: unknown, options: unknown, callback: (error?: Error) => void): void {
    this.done.push(['send', data, options])
    callback(data === 'fails' ? new Error('it has failed') : undefined)
  }
  ping(data: unknown, _: unknown, callback: () => void): void {
    if (data === 'refused') throw new RangeError('not here')
    this.done.push(['ping', data])
    callback()
  }
  close(code?: number, reason?: unknown): void {
    this.done.push(['close', code, reason])
    this.emit('close', code, Buffer.from('closed there'))
  }
  terminate(): void {
    this.done.push(['terminate'])
  }
}

type Methods = Record<'send' | 'ping' | 'close' | 'terminate', (...args: unknown[]) => void>

const copy = (message: unknown): unknown => JSON.parse(JSON.stringify(message))

/** A WebSocket that has moved, here and there. What the two processes say to each other is JSON. */
function moved() {
  let reachable = true
  const messages: unknown[] = []
  const old: MovedSockets = new MovedSockets({
    toSuccessor(message) {
      if (reachable) arrived.hear(copy(message) as CallMessage)
      messages.push(message)
      return reachable
    },
  })
  const arrived: ArrivedSockets = new ArrivedSockets({
    toPredecessor(report) {
      old.hear(copy(report) as Report)
      return true
    },
  })
  const [here, there] = [new Fake(), new Fake()]
  const pongs: string[] = []
  here.on('pong', (data) => pongs.push(String(data)))
  const id = old.freeze(new StandIn(here as unknown as AnyWebSocket))
  arrived.add(id, there as unknown as AnyWebSocket)
  there.emit('pong', Buffer.from('before it is known here that it has moved'))
  const release = vi.fn<() => void>()
  old.add(id, release, 0)
  return {
    old,
    arrived,
    there,
    messages,
    pongs,
    release,
    here: here as unknown as Methods & EventEmitter,
    cutOff: () => (reachable = false),
  }
}

const settled = (call: (callback: (error?: Error) => void) => void): Promise<Error | undefined> =>
  new Promise((resolve) => call(resolve))

describe('what the old process does with a WebSocket that has moved', () => {
  it('is done there, with the same data, and at once what was done in one turn', async () => {
    const { here, there, messages } = moved()
    here.send('text')
    here.send(Buffer.from([1, 2]), { compress: false, mask: true })
    here.send(new Uint16Array([1]).buffer)
    here.send(7)
    here.send()
    here.ping('p')
    here.terminate()
    expect(there.done).toEqual([])
    await nextTurn()
    expect(messages).toHaveLength(1)
    expect(there.done).toEqual([
      ['send', 'text', {}],
      ['send', Buffer.from([1, 2]), { compress: false }],
      ['send', Buffer.from([1, 0]), {}],
      ['send', '7', {}],
      ['send', undefined, {}],
      ['ping', 'p'],
      ['terminate'],
    ])
  })

  it('is done before what the new process is told next', () => {
    const { old, here, there } = moved()
    here.send('text')
    old.flush()
    expect(there.done).toEqual([['send', 'text', {}]])
  })

  it('is done in order, although a Blob takes its time', async () => {
    const { here, there } = moved()
    const last = settled((callback) => {
      here.send(new Blob(['slow']))
      here.send('quick', callback)
    })
    expect(there.done).toEqual([])
    expect(await last).toBeUndefined()
    expect(there.done.map(([, data]) => String(data))).toEqual(['slow', 'quick'])
  })

  it('calls back with what became of it', async () => {
    const { here } = moved()
    expect(await settled((callback) => here.send('a', callback))).toBeUndefined()
    expect((await settled((callback) => here.send('fails', callback)))?.message).toBe('it has failed')
    expect((await settled((callback) => here.ping('refused', false, callback)))?.message).toBe('not here')
  })

  it('calls back with an error where there is nobody any more', async () => {
    const { here, there, cutOff } = moved()
    there.emit('close')
    expect((await settled((callback) => here.send('a', callback)))?.message).toMatch(/has closed in another process/)
    cutOff()
    expect((await settled((callback) => here.send('a', callback)))?.message).toMatch(
      /has moved to another process, and/,
    )
  })

  it('is over, as far as one can know, when the new process has gone', async () => {
    const { old, here, there } = moved()
    there.send = () => {}
    const last = settled((callback) => here.send('a', callback))
    old.successorGone()
    expect((await last)?.message).toMatch(/has gone/)
  })

  it('is heard of again: the answer to a ping, and the end that it has asked for', async () => {
    const { here, there, pongs } = moved()
    const events: unknown[][] = []
    here.on('close', (code, reason) => events.push(['close', code, String(reason)]))
    here.ping('a')
    await nextTurn()
    there.emit('pong', Buffer.from('a'))
    here.close(4000, 'bye')
    await nextTurn()
    expect(there.done.at(-1)).toEqual(['close', 4000, 'bye'])
    expect(events).toEqual([['close', 4000, 'closed there']])
    expect(pongs).toEqual(['before it is known here that it has moved', 'a'])
  })

  it('is not heard of any more when it has gone', () => {
    const { arrived, there, pongs } = moved()
    arrived.predecessorGone()
    expect(there.listenerCount('pong')).toBe(0)
    there.emit('pong', Buffer.from('late'))
    expect(pongs).toHaveLength(1)
  })

  it('is not heard of where it ends by itself', async () => {
    const { here, there } = moved()
    const closed = vi.fn<() => void>()
    here.on('close', closed)
    there.emit('close', 1000, Buffer.alloc(0))
    expect(closed).not.toHaveBeenCalled()
    here.terminate()
    await nextTurn()
    expect(closed).toHaveBeenCalledOnce()
  })
})

describe('before the old process ends', () => {
  it('waits for nothing where nothing has moved', () => {
    expect(new MovedSockets({ toSuccessor: () => true }).leave(1000)).toBeUndefined()
  })

  it('gives up its WebSockets, and knows that all has arrived', async () => {
    const { old, release } = moved()
    await old.leave(1000)
    expect(release).toHaveBeenCalledOnce()
  })

  it('does not wait for a process that has gone', async () => {
    const { old, cutOff } = moved()
    cutOff()
    await old.leave(1000)
  })
})
