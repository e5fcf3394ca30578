import type { Peers } from '@zerodown/core/kinds'
import type { CallMessage, CallMessages, LeavesMessage, Report } from './messages.ts'
import { decode } from './messages.ts'
import type { AnyWebSocket } from './types.ts'

type Callback = (error?: Error | null) => void

/** The methods of a WebSocket as we call them. */
interface Called {
  send(data: unknown, options: object, callback: Callback): void
  ping(data: unknown, mask: undefined, callback: Callback): void
  pong(data: unknown, mask: undefined, callback: Callback): void
  close(code?: number, reason?: string | Buffer): void
  terminate(): void
}

/** A WebSocket that has come, and what tells the predecessor of its pongs. */
interface Arrived {
  readonly client: AnyWebSocket
  readonly pong: (data: Buffer) => void
}

/** `code` of a WebSocket of which nobody knows how it ended (RFC 6455, 7.1.5). */
const UNKNOWN_END = 1006

/**
 * The WebSockets that have come from the predecessor, whose application still has objects that look open. It does with
 * them here what it does with those there. Some of them may have moved on by now, and stand in for others.
 */
export class ArrivedSockets {
  readonly #peers: Pick<Peers, 'toPredecessor'>
  readonly #arrived = new Map<number, Arrived>()
  /** Those whose end the predecessor is told. */
  readonly #closing = new WeakSet<AnyWebSocket>()

  constructor(peers: Pick<Peers, 'toPredecessor'>) {
    this.#peers = peers
  }

  /**
   * From here on the predecessor hears of each pong. Nobody can tell which ones answer its own pings: some were sent before the
   * move, and by a process that is older still.
   */
  add(id: number, client: AnyWebSocket): void {
    const pong = (data: Buffer): void => this.#report({ id, pong: data.toString('base64') })
    this.#arrived.set(id, { client, pong })
    client.on('pong', pong)
    client.once('close', () => this.#arrived.delete(id))
  }

  /** What the application of the predecessor does with a WebSocket. */
  hear(message: CallMessage | CallMessages | LeavesMessage): void {
    if ('leaves' in message) this.#report({ called: message.leaves })
    else if ('calls' in message) for (const call of message.calls) this.#do(call)
    else this.#do(message)
  }

  #do(message: CallMessage): void {
    const { id, call } = message
    const client = this.#arrived.get(id)?.client
    const done: Callback = (error) => {
      if (call !== undefined) this.#report(error ? { called: call, error: error.message } : { called: call })
    }
    if (client === undefined) {
      done(new Error('WebSocket is not open: it has closed in another process'))
      if (closes(message)) this.#report({ id, closed: UNKNOWN_END, reason: '' })
      return
    }
    if (closes(message)) this.#reportEnd(id, client)
    try {
      perform(client as unknown as Called, message, done)
    } catch (error) {
      done(error as Error)
    }
  }

  predecessorGone(): void {
    for (const { client, pong } of this.#arrived.values()) client.off('pong', pong)
    this.#arrived.clear()
  }

  #reportEnd(id: number, client: AnyWebSocket): void {
    if (this.#closing.has(client)) return
    this.#closing.add(client)
    client.once('close', (closed: number, reason: Buffer) => {
      this.#report({ id, closed, reason: reason.toString('base64') })
    })
  }

  #report(report: Report): void {
    this.#peers.toPredecessor(report)
  }
}

const closes = ({ method }: CallMessage): boolean => method === 'close' || method === 'terminate'

function perform(client: Called, { method, data, options = {}, code }: CallMessage, done: Callback): void {
  if (method === 'send') client.send(decode(data), options, done)
  else if (method === 'ping' || method === 'pong') client[method](decode(data), undefined, done)
  else if (method === 'close') client.close(code, decode(data))
  else if (method === 'terminate') client.terminate()
}
