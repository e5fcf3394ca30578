import type { SendHandle } from 'node:child_process'
import { ChildProcess } from 'node:child_process'
import type { Server, ServerOpts } from 'node:net'
import { Socket } from 'node:net'
import type { Server as TlsServer } from 'node:tls'
import { inodeOf } from './stat.ts'

/**
 * The one place that touches what Node does not document. Each use says why there is no public way, and
 * `test/node/` fails if a new Node changes it. Seen on Node 20, 22, 24 and 26.
 */

interface Handle {
  fd?: unknown
  readStop?: () => number
  readStart?: () => number
  close?: () => void
  setNoDelay?: (on: boolean) => number
  setKeepAlive?: (on: boolean, delay: number) => number
  onconnection?: (error: number, connection: object) => void
}

const handleOf = (owner: Server | Socket): Handle | null | undefined =>
  (owner as unknown as { _handle?: Handle | null })._handle

/**
 * The number of a server's listening socket. `spawn` wants the number in `stdio`: given the server itself, it throws
 * after the child has started. `undefined` where there is none: Windows, or a cluster worker, whose socket the primary
 * has.
 */
export function listeningFd(server: Server): number | undefined {
  const fd = handleOf(server)?.fd
  return typeof fd === 'number' && fd >= 0 ? fd : undefined
}

/**
 * Stops reading below every buffer of Node, at once, and whatever reads: the HTTP parser does so from the handle itself,
 * and what it read after the connection was passed on would be lost.
 * @returns how to read on, or `undefined` if this socket cannot be stopped
 */
export function stopReading(socket: Socket): (() => void) | undefined {
  const handle = handleOf(socket)
  if (typeof handle?.readStop !== 'function' || typeof handle.readStart !== 'function') return undefined
  if (handle.readStop() !== 0) return undefined
  return () => {
    if (handleOf(socket) === handle) handle.readStart?.()
  }
}

/**
 * What a socket is to the operating system. Sent to another process instead of the socket, it leaves the socket in
 * service here: `child_process` would detach that from its server. `undefined` if it has none any more, or another kind.
 */
export function nativeHandle(socket: Socket): object | undefined {
  const handle = handleOf(socket)
  return isNativeHandle(handle) ? handle : undefined
}

/** What `ChildProcess` does, whose documented makers, `spawn()` and `fork()`, give every channel to the application. */
interface Spawns {
  _handle: { spawn: (...options: unknown[]) => number }
  spawn: (options: SpawnOptions) => number
}

interface SpawnOptions {
  file: string
  args: readonly string[]
  cwd?: string
  detached?: boolean
  readonly envPairs: string[]
  stdio: unknown[]
}

/** A program to start, with a channel as the last of its descriptors. */
export interface Command {
  readonly file: string
  /** `argv[0]` among them. */
  readonly args: readonly string[]
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
  /** Whether it leads a session of its own, setsid(2). */
  readonly detached?: boolean
  /** What becomes descriptor 0, 1, 2 …; the channel comes behind. */
  readonly stdio: readonly ('inherit' | number)[]
}

/**
 * Starts a program with an IPC channel that Node does not set up over there: `process.send`, `process.channel` and their
 * events stay what they were. `spawn()` always adds the variable that makes a Node set it up (`NODE_CHANNEL_FD`). It adds
 * it to `envPairs`, so each reader of that gets a copy of its own.
 */
export function spawnWithChannel({ file, args, cwd, env, detached = false, stdio }: Command): ChildProcess {
  const pairs = Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : `${name}=${value}`))
  const child = new ChildProcess()
  ;(child as unknown as Spawns).spawn({
    file,
    args,
    cwd,
    detached,
    get envPairs() {
      return [...pairs]
    },
    stdio: [...stdio, 'ipc'],
  })
  return child
}

/**
 * The other end of such a channel, over its descriptor, as an object like that of a child: `send()`, 'message',
 * 'disconnect'. Nothing is started: the making of a child is stopped where its process would begin, and its end of the
 * channel put over the descriptor.
 */
export function channelOver(fd: number): ChildProcess {
  const end = new ChildProcess()
  const { _handle: handle } = end as unknown as Spawns
  const options: SpawnOptions = { file: '', args: [], envPairs: [], stdio: ['ignore', 'ignore', 'ignore', 'ipc'] }
  handle.spawn = () => {
    // By now Node has put there what it has made of each.
    const [, , , channel] = options.stdio as { handle: { open: (fd: number) => void } }[]
    channel?.handle.open(fd)
    return 0
  }
  ;(end as unknown as Spawns).spawn(options)
  return end
}

/** What a child has not acknowledged yet, and what waits behind it; `null` when nothing does. */
interface HandleQueue {
  _handleQueue?: unknown[] | null
}

/**
 * How to send native handles to a child, all open here as before. `child_process` holds back the next handle, and every
 * other message, until the child has acknowledged the last one: a round trip for each, which takes long where two
 * processes are busy. Nothing but its queue makes it wait, and on Linux nothing needs to: the kernel gives out one handle
 * with each read (unix(7)), and none of them is closed here. So the queue is taken away after each handle.
 */
export function handleSender(child: ChildProcess): (message: object, handle: object) => void {
  const queue = child as HandleQueue
  const send = (message: object, handle: object): void => {
    child.send(message, handle as SendHandle, { keepOpen: true }, () => {}) // Its end is told by its exit.
  }
  const asExpected = queue._handleQueue === null && child.listenerCount('internalMessage') > 0
  if (process.platform !== 'linux' || !asExpected) return send
  // When an acknowledgement comes Node asserts that there is a queue, and takes it away by itself.
  child.prependListener('internalMessage', ({ cmd }: { cmd?: string }) => {
    if (cmd === 'NODE_HANDLE_ACK' || cmd === 'NODE_HANDLE_NACK') queue._handleQueue ??= []
  })
  return (message, handle) => {
    send(message, handle)
    if (queue._handleQueue?.length === 0) queue._handleQueue = null
  }
}

/** Its inode, the same in every process; `undefined` if it is no socket, or closed. */
export function inodeOfHandle(handle: object): number | undefined {
  const { fd } = handle as Handle
  return typeof fd === 'number' && fd >= 0 ? inodeOf(fd) : undefined
}

/** Whether this is what came, when such a handle was sent. It is read by nobody until there is a socket over it. */
export const isNativeHandle = (value: unknown): value is object & { close(): void } =>
  typeof value === 'object' &&
  value !== null &&
  (['readStop', 'readStart', 'close'] as const).every((name) => typeof (value as Handle)[name] === 'function')

/**
 * What Node calls for each connection that the kernel accepts, where a server listens: given a handle that came, it
 * makes a socket of the server's own, with all that its options say, in whatever way this Node does so, or none, where
 * there is a limit (`maxConnections`) or the address is blocked (`blockList`). It serves as well
 * when the server has stopped listening, as one that drains still receives connections. The socket reads from then on,
 * though not before this turn of the event loop ends.
 */
export function accepting(server: Server): ((connection: object) => Socket | undefined) | undefined {
  const handle = handleOf(server)
  if (typeof handle?.onconnection !== 'function') return undefined
  return (connection) => {
    const before = ownerOf(connection)
    // What the predecessor has set stays set in the kernel.
    const { setNoDelay, setKeepAlive } = connection as Handle
    setNoDelay?.call(connection, false)
    setKeepAlive?.call(connection, false, 0)
    try {
      handle.onconnection?.(0, connection)
    } catch (error) {
      // A listener's, and uncaught as ever; but whoever handed it over has to hear what became of it.
      process.nextTick(() => {
        throw error
      })
    }
    const owner = ownerOf(connection)
    return owner === before ? undefined : owner
  }
}

/** The socket over a handle: whatever listens to events of the server may not be told of it. */
function ownerOf(handle: object): Socket | undefined {
  const name = Object.getOwnPropertySymbols(handle).find(({ description }) => description === 'owner_symbol')
  const owner: unknown = name && Reflect.get(handle, name)
  return owner instanceof Socket ? owner : undefined
}

/** What node:http tells a socket's parser to call with each request. */
interface Parsed {
  parser?: { onIncoming?: ((...args: unknown[]) => unknown) | null } | null
}

/** Whether node:http reads from this socket. */
export const isReadByHttp = (socket: Socket): boolean => Boolean((socket as Parsed).parser)

/**
 * Calls `begin` when the first request on a socket has come, before node:http does anything with it. Events come later,
 * and only to whoever listens to the right one; and to ask with each request of each connection would cost.
 * @returns whether it can
 */
export function beforeFirstRequest(socket: Socket, begin: () => void): boolean {
  const { parser } = socket as Parsed
  const onIncoming = parser?.onIncoming
  if (parser === null || parser === undefined || typeof onIncoming !== 'function') return false
  parser.onIncoming = (...args) => {
    parser.onIncoming = onIncoming
    begin()
    return onIncoming(...args)
  }
  return true
}

/** Which server a socket counts for: `server` is for the HTTP parser, `_server` for the number of open connections. */
interface Counted {
  server: Server | null
  _server: Server | null
}

/** Whether a server counts its connections the way that `recouple` relies on. */
export const countsConnections = (server: Server): boolean => typeof counterOf(server)._connections === 'number'

/** Makes a socket that another server accepted one of this server's own, for all that counts: `getConnections()`, `'close'`. */
export function recouple(socket: Socket, server: Server): void {
  const counted = socket as unknown as Counted
  const { _server: acceptedBy } = counted
  if (acceptedBy !== null && acceptedBy !== undefined) counterOf(acceptedBy)._connections -= 1
  counted.server = server
  counted._server = server
  counterOf(server)._connections += 1
}

/** What a server gives to the sockets it accepts: the options of its constructor, which Node keeps under their names. */
export function acceptOptions(server: Server): ServerOpts {
  const { allowHalfOpen, noDelay, keepAlive, keepAliveInitialDelay, highWaterMark } = server as Server & ServerOpts
  const options = { allowHalfOpen, noDelay, keepAlive, keepAliveInitialDelay, highWaterMark }
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
}

const counterOf = (server: Server): { _connections: number } => server as unknown as { _connections: number }

/** Whether the application gave a TLS server ticket keys of its own: `getTicketKeys()` does not tell them from random ones. */
export const configuredTicketKeys = (server: TlsServer): boolean =>
  (server as unknown as { ticketKeys?: Buffer }).ticketKeys !== undefined
