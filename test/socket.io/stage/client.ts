import { setTimeout as wait } from 'node:timers/promises'
import type { Target } from '@zerodown/load'
import type { ManagerOptions, Socket, SocketOptions } from 'socket.io-client'
import { Manager } from 'socket.io-client'
import { until } from '../../support/index.ts'

/** What the server answers to each message. */
export interface Answer {
  readonly generation: number
  readonly n: number
  readonly what: string
  readonly isNext: boolean
  readonly id: string
  readonly rooms: number
}

/** How long an acknowledgement may take. ms */
const PATIENCE = 15_000

/** One namespace of a client: it never connects twice, and keeps all that it gets, in order. */
export class ChatSocket {
  readonly socket: Socket
  readonly ids: (string | undefined)[] = []
  readonly ends: string[] = []
  readonly answers: Answer[] = []
  readonly failures: string[] = []
  readonly shouts: string[] = []
  /** The numbers of the ticks of each generation. */
  readonly ticks = new Map<number, number[]>()
  /** The questions of each generation that it was asked. */
  readonly questions = new Map<number, unknown[]>()

  constructor(socket: Socket) {
    this.socket = socket
    socket.on('connect', () => this.ids.push(socket.id))
    socket.on('connect_error', (error) => this.ends.push(`refused: ${error.message}`))
    socket.on('disconnect', (reason) => this.ends.push(reason))
    socket.on('shouted', (text: string) => this.shouts.push(text))
    socket.on('tick', (generation: number, n: number) => keep(this.ticks, generation, n))
    socket.on('question', (generation: number, n: unknown, done: (answer: unknown) => void) => {
      keep(this.questions, generation, n)
      done(n)
    })
  }

  /** Says so many words, one after the other and without waiting for the answers, and goes on until it is `over`. */
  async talk(pause: number, isOver: () => boolean): Promise<number> {
    const said: Promise<void>[] = []
    for (let n = 1; !isOver(); n += 1) {
      said.push(this.#say(n))
      await wait(pause)
    }
    await Promise.all(said)
    return said.length
  }

  ask(event: string, ...args: unknown[]): Promise<unknown> {
    return this.socket.timeout(PATIENCE).emitWithAck(event, ...args)
  }

  async #say(n: number): Promise<void> {
    try {
      // Some with bytes, which go in several frames.
      const what = n % 5 === 0 ? Buffer.from(`word ${n}`) : `word ${n}`
      this.answers.push((await this.ask('say', n, what)) as Answer)
    } catch (error) {
      this.failures.push(`${n}: ${String(error)}`)
    }
  }
}

function keep<T>(by: Map<number, T[]>, generation: number, n: T): void {
  by.set(generation, [...(by.get(generation) ?? []), n])
}

export interface ChatOptions extends Partial<ManagerOptions>, Partial<SocketOptions> {
  readonly namespaces?: readonly string[]
}

/** A client of Socket.IO that connects once, and to several namespaces over the same connection. */
export class ChatClient {
  readonly manager: Manager
  readonly sockets: readonly ChatSocket[]

  private constructor(manager: Manager, sockets: readonly ChatSocket[]) {
    this.manager = manager
    this.sockets = sockets
  }

  static async open(
    target: Target,
    { namespaces = ['/', '/chat'], auth = { token: 'secret' }, ...options }: ChatOptions = {},
  ): Promise<ChatClient> {
    if (!('host' in target)) throw new TypeError('not over TCP')
    const manager = new Manager(`http://${target.host}:${target.port}`, {
      reconnection: false,
      transports: ['websocket'],
      ...options,
    })
    const client = new ChatClient(
      manager,
      namespaces.map((name) => new ChatSocket(manager.socket(name, { auth }))),
    )
    await until(() => client.sockets.every(({ socket }) => socket.connected), 'all to be connected')
    if (options.transports?.[0] === 'polling' && options.transports.length > 1) {
      await until(() => manager.engine.transport.name === 'websocket', 'the upgrade')
    }
    return client
  }

  close(): void {
    for (const { socket } of this.sockets) socket.disconnect()
  }
}
