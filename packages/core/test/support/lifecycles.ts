import { deepStrictEqual as same } from 'node:assert'
import { once } from 'node:events'
import type { Server } from 'node:net'
import { createServer } from 'node:net'
import { onTestFinished } from 'vitest'
import type { ChannelToPredecessor } from '../../src/channel/channel.ts'
import type { Emit, EventName, ZerodownEvents } from '../../src/events.ts'
import { Lifecycle } from '../../src/lifecycle/lifecycle.ts'
import { InheritedListeners } from '../../src/listeners/inherited.ts'
import { PortZeroOrder } from '../../src/listeners/port-zero-order.ts'
import type { Options, Settings } from '../../src/options/options.ts'
import { resolve as resolveOptions } from '../../src/options/resolve.ts'
import { ShutdownHooks } from '../../src/process/shutdown-hooks.ts'
import { Chain } from '../../src/restart/chain.ts'
import type { Origin } from '../../src/restart/origin.ts'
import type { StartSuccessor } from '../../src/restart/start-successor.ts'
import { AttachedServers } from '../../src/servers/attached-servers.ts'
import { channelInMemory } from './carriers.ts'
import { FakeProcess } from './fake-successor.ts'
import { endWithTest } from './servers.ts'

/** What a successor does once it runs: it speaks by its end of the channel. */
export type Behaviour = (says: ChannelToPredecessor, process: FakeProcess) => void

/** It is ready at once, and serves. */
export const good: Behaviour = (says, { pid }) => {
  says.answer('serving-asked', () => [])
  says.send({ type: 'ready', pid })
}

/** It exits before it is ready, once the others have had their turn. */
export const bad: Behaviour = (_, process) => void setImmediate(() => process.exit(1))

/** It runs, and says nothing. */
export const silent: Behaviour = () => {}

/** Of the second generation, for which it does not matter what has started this process, and without a predecessor. */
export const anOrigin = (given: Partial<Origin> = {}): Origin => ({
  startCommand: { argv0: 'node', args: ['server.js'], env: {}, cwd: process.cwd() },
  generation: 2,
  inheritance: undefined,
  listeners: new InheritedListeners(given.inheritance?.listeners ?? []),
  portZeroOrder: new PortZeroOrder(),
  predecessor: undefined,
  // Some are no more than what a test asks of them.
  chain: new Chain(given.predecessor?.channel && given.predecessor),
  ignored: undefined,
  stopEarlyWatch: () => false,
  ...given,
})

/** Those that do not end this process, and do not make a test wait. */
export function settingsOf(options: Options, lines: string[] = []): Settings {
  const log = (message: string): void => void lines.push(message)
  const logger = { info: log, warn: log, error: log }
  return {
    ...resolveOptions({ probation: 0, readyTimeout: 5000, drainTimeout: 5000, exit: false, ...options }),
    logger,
  }
}

const SIGNALS = ['SIGUSR2', 'SIGTERM', 'SIGINT', 'removeListener'] as const
const listened = (): number[] => SIGNALS.map((name) => process.listenerCount(name))

/** This process as zerodown sees it: its servers, their lifecycle, and the successors that it starts. */
export class TestedProcess {
  readonly origin: Origin
  readonly servers: AttachedServers
  readonly hooks: ShutdownHooks = new ShutdownHooks()
  /** What was emitted, in this order. */
  readonly events: EventName[] = []
  /** The last message of each event. */
  readonly told: Partial<{ [Name in EventName]: ZerodownEvents[Name][0] }> = {}
  readonly lines: string[] = []
  /** One for each time that a successor was started. */
  readonly successors: { process: FakeProcess; says: ChannelToPredecessor; heard: string[] }[] = []
  /** How often the application has closed its last server. */
  unused = 0
  on: Partial<Record<EventName, () => void>> = {}
  /** Called with each message of a successor, once it was read. */
  onMessage: (message: { type: string }) => void = () => {}
  readonly #settings: Settings
  readonly #behaviours: Behaviour[]
  readonly #waiting: (() => void)[] = []
  readonly #listenersBefore = listened()
  readonly #exitsBefore = process.listeners('exit')
  #lifecycle: Lifecycle | undefined
  #ended = false

  constructor(options: Options = {}, behaviours: Behaviour[] = [good], origin: Partial<Origin> = {}) {
    this.origin = anOrigin(origin)
    this.#settings = settingsOf(options, this.lines)
    this.#behaviours = behaviours
    this.servers = new AttachedServers(this.origin, () => void this.start(false))
    onTestFinished(() => this.end())
  }

  /** Ends it, and sees that it leaves nothing behind in this process. Called again, it does nothing. */
  async end(): Promise<void> {
    if (this.#ended) return
    this.#ended = true
    if (this.#lifecycle !== undefined) await this.#lifecycle.shutdown()
    same(listened(), this.#listenersBefore, 'listeners to signals were left behind')
    const atExit = process.listeners('exit').filter((one) => !this.#exitsBefore.includes(one))
    for (const one of atExit) process.off('exit', one)
    // A path that the application removes when it exits is put back.
    same(atExit.length, this.events.includes('committed') ? 2 : 0, "listeners to 'exit' were left behind")
  }

  /** Begins, as the first `listen()` does. */
  start(saidReady: boolean): Lifecycle {
    if (this.#lifecycle !== undefined) return this.#lifecycle
    this.#lifecycle = new Lifecycle({
      settings: this.#settings,
      origin: this.origin,
      servers: this.servers,
      hooks: this.hooks,
      saidReady,
      emit: this.#emit,
      startSuccessor: this.#startSuccessor,
      unused: () => {
        this.unused += 1
        this.#lifecycle = undefined
        this.servers.watch(undefined)
      },
    })
    this.servers.watch(this.#lifecycle)
    return this.#lifecycle
  }

  get lifecycle(): Lifecycle {
    return this.#lifecycle as Lifecycle
  }

  /** Attaches a server that does not listen yet. */
  attach<S extends Server = Server>(server: S = createServer() as S): S {
    endWithTest(server)
    this.servers.add(server)
    return server
  }

  /** Attaches a server, and waits until it listens. */
  async serve(server: Server = createServer()): Promise<Server> {
    this.attach(server).listen(0, '127.0.0.1')
    await once(server, 'listening')
    return server
  }

  /** Resolves when it was emitted so many times. */
  async emitted(name: EventName, times = 1): Promise<void> {
    while (this.events.filter((one) => one === name).length < times) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
  }

  /** The word of the diagram for where it is. */
  get state(): string {
    return this.lifecycle.state.current
  }

  readonly #emit: Emit = (name, ...message) => {
    this.events.push(name)
    Object.assign(this.told, { [name]: message[0] })
    this.on[name]?.()
    for (const resolve of this.#waiting.splice(0)) resolve()
  }

  readonly #startSuccessor: StartSuccessor = () => {
    const spawned = new FakeProcess(4711 + this.successors.length)
    const { toSuccessor, toPredecessor, carriers } = channelInMemory()
    carriers[0].onMessage((message) => this.onMessage(message as { type: string }))
    const heard: string[] = []
    for (const type of ['commit', 'restart', 'stop'] as const) toPredecessor.on(type, () => heard.push(type))
    this.successors.push({ process: spawned, says: toPredecessor, heard })
    const behaves = this.#behaviours[Math.min(this.successors.length, this.#behaviours.length) - 1]
    behaves?.(toPredecessor, spawned)
    return { process: spawned, channel: toSuccessor }
  }
}

/** One that serves, on one server. */
export async function aServingProcess(...given: ConstructorParameters<typeof TestedProcess>): Promise<TestedProcess> {
  const process = new TestedProcess(...given)
  await process.serve()
  await process.emitted('ready')
  return process
}
