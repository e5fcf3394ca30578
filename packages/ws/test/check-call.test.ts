import { Duplex } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { checkCall } from '../src/check-call.ts'

type Methods = Record<string, (...args: unknown[]) => void>

/** A WebSocket of `ws` itself, that is open, over a stream on which nothing comes. */
function open(): WebSocket {
  const client = Reflect.construct(WebSocket, [null, undefined, {}]) as WebSocket
  const stream = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() })
  const options = { allowSynchronousEvents: true, maxPayload: 0, skipUTF8Validation: false }
  ;(client as unknown as Methods)['setSocket']?.(stream, Buffer.alloc(0), options)
  return client
}

/** What it throws. */
function thrownBy(call: () => void): unknown {
  try {
    call()
    return undefined
  } catch (error) {
    const { name, message, code } = error as Error & { code?: string }
    return { name, message, code }
  }
}

const LONG = 'x'.repeat(126)

const DATA: unknown[] = [
  [],
  ['text'],
  [''],
  [7],
  [0],
  [null],
  [undefined],
  [false],
  [true],
  [Symbol('s')],
  [10n],
  [{ a: 1 }],
  [{ a: 1 }, () => {}],
  [{ length: 2 }],
  [new Date(0)],
  [new Map()],
  [[1, 2]],
  [() => {}],
  [Buffer.alloc(3)],
  [new ArrayBuffer(3)],
  [new SharedArrayBuffer(3)],
  [new Uint16Array(3)],
  [new Blob(['b'])],
  [LONG],
  [Buffer.from(LONG)],
  [new Blob([LONG])],
  [new Uint16Array(63)],
  ['é'.repeat(63)],
]

const CLOSES: unknown[] = [
  [],
  [undefined, 5],
  [1000],
  [1000, 'bye'],
  [1000, Buffer.from('bye')],
  [1000, new Uint16Array(3)],
  [1000, 'x'.repeat(123)],
  [1000, 'x'.repeat(124)],
  [1000, Buffer.alloc(124)],
  [1000, 'é'.repeat(62)],
  [1000, 5],
  [1000, null],
  [1000, {}],
  [1000, [1, 2]],
  [5],
  [1004],
  [1005],
  [1006],
  [1014],
  [1015],
  [2999],
  [3000],
  [4999],
  [5000],
  [Number.NaN],
  ['1000'],
  [null],
  [() => {}],
]

describe('wrong arguments', () => {
  it.each(['send', 'ping', 'pong'])('of %s() are refused as ws refuses them', (method) => {
    for (const args of DATA as unknown[][]) {
      const client = open() as unknown as Methods
      const expected = thrownBy(() => client[method]?.(...args))
      expect([args, thrownBy(() => checkCall(method, args, true))]).toEqual([args, expected])
    }
  })

  it('of close() are refused as ws refuses them, while it is open', () => {
    for (const args of CLOSES as unknown[][]) {
      const client = open()
      const expected = thrownBy(() => (client as unknown as Methods)['close']?.(...args))
      client.terminate()
      expect([args, thrownBy(() => checkCall('close', args, true))]).toEqual([args, expected])
      expect(thrownBy(() => checkCall('close', args, false))).toBeUndefined()
    }
  })
})
