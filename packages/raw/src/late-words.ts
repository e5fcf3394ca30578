import type { Socket } from 'node:net'
import { peers } from '@zerodown/core/kinds'

/** What the old process has still done with a socket that had moved. */
type LateWord = { readonly id: string } & ({ readonly bytes: string } | { readonly end: 'politely' | 'at once' })

type Callback = ((error?: Error | null) => void) | undefined

let lastId = 0

/** The sockets that came here, by the name under which their old process speaks of them. */
const here = new Map<string, Socket>()

const like = peers('raw', {
  fromPredecessor(message) {
    const word = message as LateWord
    const socket = here.get(word.id)
    if ('bytes' in word) socket?.write(Buffer.from(word.bytes, 'base64'))
    else if (word.end === 'politely') socket?.end()
    else socket?.destroy()
  },
})

/** A name for a connection, which no other process gives. */
export function nextId(): string {
  lastId += 1
  return `${process.pid}:${lastId}`
}

/** What the old process still says of that connection goes to this socket, also when that has moved on. */
export function listen(id: string, socket: Socket): void {
  here.set(id, socket)
  // A chain of restarts is over long before; a name costs little.
  socket.once('close', () => here.delete(id))
}

/** From now on, what is done with a socket that has moved is done in the successor. */
export function forward(id: string, socket: Socket): void {
  const say = (word: LateWord): boolean => like.toSuccessor(word)
  const write = (chunk: string | Uint8Array, encoding?: BufferEncoding | Callback, callback?: Callback): boolean => {
    const done = typeof encoding === 'function' ? encoding : callback
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk, encoding as BufferEncoding) : Buffer.from(chunk)
    say({ id, bytes: bytes.toString('base64') })
    if (typeof done === 'function') process.nextTick(done)
    return true
  }
  const end = (...args: unknown[]): Socket => {
    const [first, second] = args
    if (typeof first === 'string' || first instanceof Uint8Array) write(first, second as BufferEncoding)
    say({ id, end: 'politely' })
    const done = args.find((one) => typeof one === 'function')
    if (done !== undefined) process.nextTick(done as () => void)
    return socket
  }
  const destroy = (): Socket => {
    say({ id, end: 'at once' })
    return socket
  }
  Object.assign(socket, { write, end, destroy, destroySoon: destroy, resetAndDestroy: destroy })
}
