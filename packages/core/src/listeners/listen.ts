import { lookup } from 'node:dns'
import type { ListenOptions } from 'node:net'
import { Server, isIP } from 'node:net'
import { setImmediate } from 'node:timers'
import type { ListenTarget, PortTarget, ListenCall } from './listen-target.ts'
import { isAbstract, readListenCall } from './listen-target.ts'
import type { AcceptGate } from './accept-gate.ts'
import { closeBound } from './bound-socket.ts'
import { askWhetherHeld, isHeld, portInUse, showPort } from './held-port.ts'
import type { InheritedListener, InheritedListeners } from './inherited.ts'
import { notPassed } from './not-passed.ts'
import { putBack } from './second-path.ts'
import type { SharedPort } from './shared-port.ts'
import {
  fits,
  isStale,
  isVacant,
  pathInUse,
  pathTooLong,
  permissionsIn,
  putInPlace,
  temporaryPath,
} from './unix-path.ts'

type Listen = Server['listen']

export interface ListenHooks {
  /** Called before anything is bound or adopted. What it throws, `listen()` throws. */
  before(): void
  /** Called when `listen()` throws, as Node does not accept its arguments. */
  threw(error: unknown): void
  inherited(): InheritedListeners
  /** What keeps servers on inherited listeners from accepting. */
  readonly gate: AcceptGate
  /** Which of the calls for port 0 this one is. */
  portZeroIndex(asked: ListenTarget | undefined): number | undefined
  /** Where other processes of this service listen on the same port; `undefined`: this one alone does. */
  sharedPort(asked: ListenTarget, portZeroIndex: number | undefined): SharedPort | undefined
  /**
   * Whether this process binds its own sockets. In a cluster worker the primary does; on Windows, pipes have no files.
   */
  bindsItself(): boolean
  /** `true`: the server only seems to listen, for one turn. `false`: that is over, and an 'error' will say why. */
  pretends(still: boolean): void
  /** Called when the server is about to listen on what `asked` says. */
  asks(asked: ListenTarget | undefined, adopted: InheritedListener | undefined, permissions?: number): void
}

/**
 * Makes `server.listen()` adopt the inherited listener that it asks for, and bind a new one where there is none. All
 * else stays as it was.
 */
export function patchListen(server: Server, hooks: ListenHooks): void {
  const original: Listen = server.listen
  const listen = (...args: unknown[]): Server => {
    if (server.listening) return Reflect.apply(original, server, args) // Node's own error
    hooks.before()
    try {
      new Listening(server, original, args, hooks).start()
    } catch (error) {
      hooks.threw(error)
      throw error
    }
    return server
  }
  Object.defineProperty(server, 'listen', { value: listen, configurable: true, writable: true })
}

class Listening {
  readonly #server: Server
  readonly #original: Listen
  readonly #args: unknown[]
  readonly #call: ListenCall
  readonly #hooks: ListenHooks

  constructor(server: Server, original: Listen, args: unknown[], hooks: ListenHooks) {
    this.#server = server
    this.#original = original
    this.#args = args
    this.#call = readListenCall(args)
    this.#hooks = hooks
  }

  start(): void {
    const { asked } = this.#call
    const inherited = this.#hooks.inherited()
    const portZeroIndex = this.#hooks.portZeroIndex(asked)
    const adopted = asked && inherited.adopt(asked, { portZeroIndex })
    if (adopted !== undefined) this.#adopt(adopted)
    else if (asked?.kind === 'named') this.#fail(notPassed(asked, inherited))
    else if (asked?.kind === 'tcp' && inherited.inTheWayOf(asked)) this.#bindBeside(asked)
    else if (asked?.kind === 'unix' && !isAbstract(asked.path) && this.#hooks.bindsItself()) this.#bindPath(asked.path)
    else this.#bind()
  }

  #adopt(listener: InheritedListener): void {
    this.#hooks.asks(this.#call.asked ?? listener.bound, listener, permissionsIn(this.#call.options))
    closeBound(this.#args[0])
    const { bound, secondPath } = listener
    // The program may have removed the path, as one that an earlier process has left behind.
    if (bound.kind === 'unix' && secondPath !== undefined) putBack(bound.path, secondPath)
    // `listen({ fd, backlog })` ignores `backlog` and sets the shared queue back to 511, so it is given by position.
    const fd = this.#hooks.inherited().descriptorOf(listener)
    this.#hooks.gate.listen(this.#server, () => this.#listen({ fd }, this.#call.backlog))
  }

  /**
   * An inherited listener has the same port. It may be the one that is meant (`localhost`), or keep this one from
   * binding.
   */
  #bindBeside(asked: PortTarget): void {
    if (asked.host === '' || isIP(asked.host) !== 0) return void this.#bindUnlessHeld(asked, asked.host)
    lookup(asked.host, (error, address) => {
      if (this.#server.listening) return
      const adopted = error ? undefined : this.#hooks.inherited().adopt(asked, { host: address })
      if (adopted !== undefined) this.#adopt(adopted)
      else if (error) this.#bind()
      else void this.#bindUnlessHeld(asked, address)
    })
  }

  async #bindUnlessHeld(asked: PortTarget, host: string): Promise<void> {
    const held = await isHeld({ ...asked, host })
    if (this.#server.listening) return
    if (held) this.#pretend(asked)
    else this.#bind()
  }

  /**
   * An inherited listener holds the port, on another address. Some tools look whether a port is free: they listen on
   * every address, and close at once. To them it is free. So the server listens on another port for one turn; one that
   * is still open then gets the error.
   */
  #pretend(asked: PortTarget): void {
    const server = this.#server
    this.#hooks.asks(asked, undefined)
    this.#hooks.pretends(true)
    showPort(server, asked.port)
    server.once('listening', () =>
      setImmediate(() => {
        Reflect.deleteProperty(server, 'address')
        if (!server.listening) return
        this.#hooks.pretends(false)
        Server.prototype.close.call(server)
        server.emit('error', portInUse(asked))
      }),
    )
    this.#listen({ ...this.#call.options, port: 0 }, this.#call.backlog)
  }

  #bind(): void {
    const { asked, options, backlog } = this.#call
    this.#hooks.asks(asked, undefined)
    const shared = asked && this.#hooks.sharedPort(asked, this.#hooks.portZeroIndex(asked))
    if (shared === undefined) return void Reflect.apply(this.#original, this.#server, this.#args)
    const bind = (held: boolean): void => {
      // Where it is held, Node says so.
      if (!this.#server.listening) this.#listen(held ? options : { ...options, ...shared.options }, backlog)
    }
    if (shared.first && asked?.kind === 'tcp' && asked.port !== 0) askWhetherHeld(asked, bind)
    else bind(false)
  }

  #bindPath(path: string): void {
    if (!fits(path)) return this.#fail(pathTooLong(path))
    if (isVacant(path)) return this.#bindAside(path)
    void isStale(path).then((stale) => {
      if (this.#server.listening) return
      if (stale) this.#bindAside(path)
      else this.#fail(pathInUse(path))
    })
  }

  #bindAside(path: string): void {
    const temporary = temporaryPath(path)
    this.#hooks.asks(this.#call.asked, undefined)
    this.#listen({ ...this.#call.options, path: temporary }, this.#call.backlog)
    if (!this.#server.listening) return // Node reports why.
    try {
      putInPlace(temporary, path)
    } catch (error) {
      this.#server.close()
      this.#fail(error)
    }
  }

  /** Fails as Node does: by an event, after `listen()` has returned. */
  #fail(error: unknown): void {
    process.nextTick(() => this.#server.emit('error', error))
  }

  #listen(options: ListenOptions & { fd?: number }, backlog: number | undefined): void {
    const { callback } = this.#call
    const { signal } = this.#call.options
    if (callback !== undefined) this.#server.once('listening', callback)
    const withSignal = signal === undefined ? options : { ...options, signal }
    Reflect.apply(this.#original, this.#server, backlog === undefined ? [withSignal] : [withSignal, backlog])
  }
}
