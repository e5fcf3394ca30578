import { once } from 'node:events'
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { Server as NetServer, Socket } from 'node:net'
import { Connections } from '../../src/connections/tracking.ts'
import { connectTo, listen } from './servers.ts'

/** A real server whose connections are known, as an attached one's are. */
export interface Tracked {
  server: Server
  connections: Connections
}

export async function serve(handler: RequestListener, options: { keepAliveTimeout?: number } = {}): Promise<Tracked> {
  const server = createServer({ keepAliveTimeout: 60_000, ...options }, handler)
  const connections = new Connections(server)
  await listen(server)
  return { server, connections }
}

export interface Conversation {
  /** The client's end. */
  client: Client
  /** The server's end. */
  socket: Socket
}

/** Opens a connection, and waits until the server has it. */
export async function converse(server: NetServer): Promise<Conversation> {
  const accepted = new Map<number | undefined, Socket>()
  const watch = (socket: Socket): void => void accepted.set(socket.remotePort, socket)
  server.on('connection', watch)
  const client = await connectTo(server)
  while (!accepted.has(client.localPort)) await once(server, 'connection')
  server.off('connection', watch)
  return { client: new Client(client), socket: accepted.get(client.localPort) as Socket }
}

/** One after the other. */
export async function converseTimes(server: NetServer, times: number): Promise<Conversation[]> {
  const conversations: Conversation[] = []
  while (conversations.length < times) conversations.push(await converse(server))
  return conversations
}

/** Writes what it is told to, and keeps what comes back. */
export class Client {
  readonly socket: Socket
  received = ''

  constructor(socket: Socket) {
    this.socket = socket.setEncoding('latin1').on('data', (text: string) => void (this.received += text))
  }

  say(text: string): void {
    this.socket.write(text)
  }

  /** Waits until what came back is like `pattern`. */
  async hears(pattern: RegExp): Promise<string> {
    while (!pattern.test(this.received)) {
      if (this.socket.readableEnded) throw new Error(`the server ended the connection after: ${this.received}`)
      await Promise.race([once(this.socket, 'data'), once(this.socket, 'end')])
    }
    return this.received
  }

  /** Everything that came until the server ended the connection. */
  async hearsAll(): Promise<string> {
    if (!this.socket.readableEnded) await once(this.socket, 'end')
    return this.received
  }
}

/** Waits until the server has read that many bytes of a connection. */
export async function hasRead(socket: Socket, bytes: number): Promise<void> {
  // Node’s HTTP parser takes them from the handle, so that no event tells: the next turn of the loop may.
  while (socket.bytesRead < bytes) await new Promise((resolve) => setImmediate(resolve))
}

/** A handler that leaves its requests to the test. */
export class Inbox {
  readonly #taken: [IncomingMessage, ServerResponse][] = []
  readonly #waiting: (() => void)[] = []

  readonly handler: RequestListener = (request, response) => {
    this.#taken.push([request, response])
    this.#waiting.shift()?.()
  }

  /** The next request that came, or will. */
  async next(): Promise<{ request: IncomingMessage; response: ServerResponse }> {
    if (this.#taken.length === 0) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    const [request, response] = this.#taken.shift() as [IncomingMessage, ServerResponse]
    return { request, response }
  }
}

/** Ends a response, and waits until the server is done with it. */
export async function answer(response: ServerResponse, body = 'ok'): Promise<void> {
  const closed = once(response, 'close')
  response.end(body)
  await closed
}

export const GET = (path = '/'): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`
