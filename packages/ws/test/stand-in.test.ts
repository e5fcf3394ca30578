import { EventEmitter } from 'node:events'
import { describe, expect, it, vi } from 'vitest'
import type { Call } from '../src/outbox.ts'
import { StandIn } from '../src/stand-in.ts'
import type { AnyWebSocket } from '../src/types.ts'

/** Notes what is done with it. */
class Recorder extends EventEmitter {
  readonly done: unknown[][] = []
  readonly bufferedAmount = 0
  get readyState(): number {
    return 1
  }
  send = undefined as never
  ping = undefined as never
  pong = undefined as never
  close = undefined as never
  terminate = undefined as never
  pause = undefined as never
  resume = undefined as never
}

const METHODS = ['send', 'ping', 'pong', 'close', 'terminate', 'pause', 'resume'] as const

type Any = Record<(typeof METHODS)[number], (...args: unknown[]) => void>

function aStandIn(): { recorder: Recorder; client: Any; standIn: StandIn } {
  const recorder = new Recorder()
  for (const name of METHODS) {
    Reflect.deleteProperty(recorder, name)
    Reflect.set(Recorder.prototype, name, function (this: Recorder, ...args: unknown[]) {
      this.done.push([name, ...args])
    })
  }
  return { recorder, client: recorder as unknown as Any, standIn: new StandIn(recorder as unknown as AnyWebSocket) }
}

describe('while it is not known where a WebSocket goes on', () => {
  it('nothing is done, and everything in its order when it stays', () => {
    const { recorder, client, standIn } = aStandIn()
    client.send('a')
    client.pause()
    client.resume()
    client.close(1000, 'bye')
    expect([recorder.done, recorder.readyState]).toEqual([[], 2])
    standIn.thaw()
    expect(recorder.done).toEqual([['send', 'a'], ['pause'], ['resume'], ['close', 1000, 'bye']])
    expect([recorder.readyState, Object.keys(recorder).includes('send')]).toEqual([1, false])
    client.send('b')
    expect(recorder.done.at(-1)).toEqual(['send', 'b'])
  })

  it('what it is given has to be right, at once', () => {
    const { client, standIn, recorder } = aStandIn()
    const wrong = (): void => {
      expect(() => client.send({ a: 1 })).toThrow(/The first argument must be/)
      expect(() => client.ping('x'.repeat(126))).toThrow(RangeError)
      expect(() => client.close(5)).toThrow(/a valid error code number/)
    }
    wrong()
    expect(recorder.readyState).toBe(1)
    const forwarded: Call[] = []
    standIn.moved((call) => forwarded.push(call))
    wrong()
    expect([forwarded, recorder.done, recorder.readyState]).toEqual([[], [], 1])
    client.close(1000)
    client.close(5)
    expect(recorder.readyState).toBe(2)
  })

  it('what fails later all the same keeps nothing behind it from being done', () => {
    const { recorder, client, standIn } = aStandIn()
    client.send('a')
    client.send('b')
    let failed = false
    Reflect.set(Recorder.prototype, 'send', function (this: Recorder, data: unknown) {
      if (!failed) {
        failed = true
        throw new Error('not now')
      }
      this.done.push(['send', data])
    })
    standIn.thaw()
    expect([failed, recorder.done]).toEqual([true, [['send', 'b']]])
  })

  it('what others had put in place of a method stays theirs', () => {
    const recorder = new Recorder()
    const patched = vi.fn<() => void>()
    recorder.send = patched as never
    const standIn = new StandIn(recorder as unknown as AnyWebSocket)
    ;(recorder as unknown as Any).send('a')
    expect(patched).not.toHaveBeenCalled()
    standIn.thaw()
    expect(patched.mock.calls).toEqual([['a']])
  })
})

describe('a WebSocket that has moved', () => {
  it('forwards what was done before and what is done now, but for the flow of what it reads', () => {
    const { recorder, client, standIn } = aStandIn()
    const callback = (): void => {}
    client.send('a', { binary: true }, callback)
    client.pause()
    const forwarded: Call[] = []
    standIn.moved((call) => forwarded.push(call))
    client.ping()
    expect(forwarded).toEqual([
      { method: 'send', data: 'a', rest: [{ binary: true }], callback },
      { method: 'ping', data: undefined, rest: [], callback: undefined },
    ])
    expect([recorder.done, recorder.readyState]).toEqual([[], 1])
  })

  it('closes when that has been forwarded and has come about, once', () => {
    const { recorder, client, standIn } = aStandIn()
    const forwarded: string[] = []
    const closed = vi.fn<() => void>()
    recorder.on('close', closed)
    standIn.moved(({ method }) => void forwarded.push(method))
    client.close(4000)
    expect([recorder.readyState, closed.mock.calls]).toEqual([2, []])
    standIn.closed(4000, Buffer.from('x'))
    standIn.closed(1006, Buffer.alloc(0))
    expect([recorder.readyState, closed.mock.calls]).toEqual([3, [[4000, Buffer.from('x')]]])
    client.close()
    client.terminate()
    expect(forwarded).toEqual(['close'])
  })

  it('is closed for this process alone when that is about to end, and forgotten by its server before', async () => {
    const { recorder, client, standIn } = aStandIn()
    const [ofServer, ofApplication] = [vi.fn<() => void>(), vi.fn<() => void>()]
    recorder.on('close', ofServer)
    recorder.on('close', ofApplication)
    const forwarded: string[] = []
    standIn.moved(({ method }) => void forwarded.push(method))
    standIn.release([ofServer])
    expect([ofServer.mock.calls.length, ofApplication.mock.calls.length, recorder.readyState]).toEqual([1, 0, 1])
    client.send('still')
    client.close(4000, 'bye')
    await new Promise(process.nextTick)
    expect([forwarded, recorder.readyState]).toEqual([['send'], 3])
    expect([ofServer.mock.calls.length, ofApplication.mock.calls]).toEqual([1, [[4000, Buffer.from('bye')]]])
  })
})
