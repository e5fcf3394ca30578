import type { ChildProcess } from 'node:child_process'
import type { Socket } from 'node:net'
import { closeWhenDestroyed, endWhenDestroyed } from '../../connections/intercept-destroy.ts'
import type { Deferred } from '../../node/deferred.ts'
import { defer } from '../../node/deferred.ts'
import { handleSender } from '../../node/internals/handle-sender.ts'
import { inodeOfHandle, nativeHandle } from '../../node/internals/handles.ts'
import type { FromPredecessor } from '../../channel/messages.ts'
import { mark } from '../../channel/messages.ts'
import type { OutgoingCopy, Passing } from '../channel.ts'
import type { Fate } from '../payload.ts'

/** The connections of which the successor holds a copy, and what it answers when it is asked for them. */
export class SocketSender {
  readonly #child: ChildProcess
  readonly #sendHandle: ReturnType<typeof handleSender>
  readonly #ids = new Map<Socket, number>()
  /** Each is answered with numbers of connections; `undefined`: the channel ended before. */
  readonly #questions = new Map<number, Deferred<ReadonlySet<number> | undefined>>()
  #lastId = 0

  constructor(child: ChildProcess) {
    this.#child = child
    this.#sendHandle = handleSender(child)
  }

  /**
   * Sends a copy of each. A successor that is out of file descriptors gets the message's socket dropped by the kernel,
   * and Node drops the message with it; the question comes behind them, so its answer is certain.
   */
  async sendCopies(connections: readonly OutgoingCopy[]): Promise<ReadonlySet<Socket>> {
    const ids = connections.flatMap((connection) => this.#send(connection) ?? [])
    const held = (await this.#ask((question) => ({ type: 'connections-asked', question, ids }))) ?? new Set()
    return new Set(connections.map(({ socket }) => socket).filter((socket) => held.has(this.#idOf(socket))))
  }

  async prepare(): Promise<void> {
    await this.#ask((question) => ({ type: 'connections-coming', question }))
  }

  /** Never rejects: a channel that has ended is a fate, too. */
  async pass(connections: readonly Passing[]): Promise<ReadonlyMap<Socket, Fate>> {
    if (!this.#child.connected) return new Map(connections.map(({ socket }) => [socket, 'refused']))
    for (const { socket } of connections) closeWhenDestroyed(socket)
    const received = await this.#ask((question) => ({
      type: 'connections-passed',
      question,
      connections: connections.map(({ socket, payload }) => ({ id: this.#idOf(socket), payload })),
    }))
    return new Map(connections.map(({ socket }) => [socket, this.#fateOf(socket, received)]))
  }

  answer(question: number, ids: readonly number[]): void {
    this.#questions.get(question)?.resolve(new Set(ids))
    this.#questions.delete(question)
  }

  /** The channel has ended. */
  giveUp(): void {
    for (const question of this.#questions.values()) question.resolve(undefined)
    this.#questions.clear()
  }

  /** The handle, and not the socket: the server goes on to serve that, and Node would take it away. */
  #send({ socket, listener, kind }: OutgoingCopy): number | undefined {
    const handle = nativeHandle(socket)
    if (handle === undefined || !this.#child.connected) return undefined
    this.#lastId += 1
    const id = this.#lastId
    const inode = inodeOfHandle(handle)
    try {
      this.#sendHandle(mark<FromPredecessor>({ type: 'connection', id, listener, kind, inode }), handle)
    } catch {
      return undefined // A handle that Node does not send.
    }
    this.#ids.set(socket, id)
    endWhenDestroyed(socket)
    socket.once('close', () => {
      if (this.#ids.delete(socket)) this.#tell({ type: 'connection-closed', id })
    })
    return id
  }

  #fateOf(socket: Socket, received: ReadonlySet<number> | undefined): Fate {
    const fate = received === undefined ? 'unconfirmed' : received.has(this.#idOf(socket)) ? 'received' : 'refused'
    // The copy is no longer a copy; or, where it was refused, no longer there.
    this.#ids.delete(socket)
    return fate
  }

  #idOf(socket: Socket): number {
    return this.#ids.get(socket) ?? 0
  }

  async #ask(question: (id: number) => FromPredecessor): Promise<ReadonlySet<number> | undefined> {
    if (!this.#child.connected) return undefined
    this.#lastId += 1
    const answer = defer<ReadonlySet<number> | undefined>()
    this.#questions.set(this.#lastId, answer)
    this.#tell(question(this.#lastId))
    return answer.promise
  }

  #tell(message: FromPredecessor): void {
    if (this.#child.connected) this.#child.send(mark(message), () => {}) // Its end is told by its exit.
  }
}
