import type { Socket } from 'node:net'
import { peers } from '@zerodown/core/kinds'
import type { Call } from './stand-in.ts'

/** How the old process ends a connection: `end()`, `destroy()`, `destroySoon()` or `resetAndDestroy()`. */
type End = 'politely' | 'at once' | 'soon' | 'by a reset'

/** What the old process has still done with a socket that had moved. */
type LateWord = { readonly id: string } & ({ readonly bytes: string } | { readonly end: End })

/** How much of what is written goes in one message: a text has its limits. bytes */
const AT_ONCE = 1024 * 1024

const ENDS = { end: 'politely', destroy: 'at once', destroySoon: 'soon', resetAndDestroy: 'by a reset' } as const

let lastId = 0
let hasSaid = false
/** The shutdown hooks of this process come next. */
let leaves = false

/** The sockets that came here, by the name under which their old process speaks of them. */
const here = new Map<string, Socket>()
/** Those that have moved on from here, where what is done with them goes on. */
const movedOn = new WeakSet<Socket>()

const like = peers('raw', {
  fromPredecessor(message) {
    const word = message as LateWord
    const socket = here.get(word.id)
    if (socket === undefined) return
    if ('end' in word) end(socket, word.end)
    // If the application here has ended it, nobody hears what the other process writes, and that is no error of this one.
    else if (socket.writable || movedOn.has(socket)) socket.write(Buffer.from(word.bytes, 'base64'))
  },
  leaving() {
    leaves = true
    // What is answered behind all words: they have arrived.
    return hasSaid ? like.isInSuccessor() : undefined
  },
})

function end(socket: Socket, how: End): void {
  if (how === 'politely') socket.end()
  else if (how === 'soon') socket.destroySoon()
  else if (how === 'by a reset') socket.resetAndDestroy()
  else socket.destroy()
}

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

/** @returns what has the successor do what is done with a socket that has moved */
export function forwardTo(id: string, socket: Socket): (call: Call) => void {
  movedOn.add(socket)
  let isOver = false
  return ({ method, bytes, callback }) => {
    if (method === 'write') {
      const error = isOver ? afterEnd() : sayBytes(id, bytes)
      if (callback !== undefined) process.nextTick(callback, error)
    } else if (!leaves) {
      if (!isOver) sayBytes(id, bytes)
      isOver = true
      say({ id, end: ENDS[method] })
      if (callback !== undefined) process.nextTick(callback)
    } else if (callback !== undefined) process.nextTick(callback)
  }
}

function sayBytes(id: string, bytes: Buffer | undefined): Error | undefined {
  let arrives = true
  for (let from = 0; from < (bytes?.length ?? 0); from += AT_ONCE) {
    arrives = say({ id, bytes: bytes?.toString('base64', from, from + AT_ONCE) ?? '' })
  }
  return arrives ? undefined : new Error('The connection has moved to another process, and that has gone.')
}

function say(word: LateWord): boolean {
  hasSaid = true
  return like.toSuccessor(word)
}

const afterEnd = (): Error => Object.assign(new Error('write after end'), { code: 'ERR_STREAM_WRITE_AFTER_END' })
