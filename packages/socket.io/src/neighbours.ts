import type { Peers } from '@zerodown/core/kinds'
import { peers, servePipe } from '@zerodown/core/kinds'
import { flushCalls } from '@zerodown/ws'
import type { Message } from './messages.ts'

/** By which the two processes know this package. */
export const NAME = 'socket.io'

export type Side = 'predecessor' | 'successor'

/** What a server of Socket.IO hears from the same one in another generation. */
export interface Hears {
  /** @param handle whatever came with the message */
  hear(message: Message, from: Side, handle: unknown): void
  gone(side: Side): void
  committed(): void
  leaving(time: number): Promise<unknown> | undefined
}

const servers = new Map<string, { link: Link; hears: Hears }>()
let all: Peers | undefined

/** The way from a server of Socket.IO to the same one in the neighbouring generations. */
export class Link {
  readonly name: string
  readonly #there = { predecessor: false, successor: false }
  readonly #waiting = new Map<number, { from: Side; answered: (answer: unknown) => void }>()
  #lastAsk = 0

  /** @param name the same in all generations */
  constructor(name: string, hears: Hears) {
    this.name = name
    servers.set(name, { link: this, hears })
    all ??= listen()
    this.#there.predecessor = this.#send('predecessor', { type: 'hello' })
  }

  /** Whether the same server is there, on that side. */
  has(side: Side): boolean {
    return this.#there[side]
  }

  /** Those, of the two sides, on which it is. */
  sides(): Side[] {
    return (['predecessor', 'successor'] as const).filter((side) => this.has(side))
  }

  /** @param handle a copy of it goes along */
  send(side: Side, message: Message, handle?: object): boolean {
    return this.has(side) && this.#send(side, message, handle)
  }

  /**
   * @param answered called for each answer; there may be several, and after the last one `forget()` is to be called
   * @returns the number to ask by
   */
  note(side: Side, answered: (answer: unknown) => void): number {
    this.#lastAsk += 1
    this.#waiting.set(this.#lastAsk, { from: side, answered })
    return this.#lastAsk
  }

  forget(ask: number): void {
    this.#waiting.delete(ask)
  }

  /** Asks, and waits for one answer. @returns `undefined` if there is none */
  ask(side: Side, message: (ask: number) => Message, time: number): Promise<unknown> {
    return new Promise((resolve) => {
      const settle = (answer?: unknown): void => {
        clearTimeout(timer)
        this.forget(ask)
        resolve(answer)
      }
      const timer = setTimeout(settle, time).unref()
      const ask = this.note(side, settle)
      if (!this.send(side, message(ask))) settle()
    })
  }

  /** @returns whether the message was for the link itself */
  heard(message: Message, from: Side): boolean {
    this.#there[from] = true
    if (message.type === 'reply') this.#waiting.get(message.ask)?.answered(message.answer)
    return message.type === 'reply' || message.type === 'hello'
  }

  gone(side: Side): void {
    this.#there[side] = false
    const lost = [...this.#waiting.values()].filter(({ from }) => from === side)
    for (const { answered } of lost) answered(undefined)
  }

  #send(side: Side, message: Message, handle?: object): boolean {
    const whole = { ...message, io: this.name }
    // What was sent to single sockets comes first.
    if (side === 'successor') flushCalls()
    return (side === 'successor' ? all?.toSuccessor(whole, handle) : all?.toPredecessor(whole, handle)) ?? false
  }
}

function listen(): Peers {
  const hear = (message: unknown, from: Side, handle: unknown): void => {
    const server = servers.get(String((message as { io?: unknown }).io))
    if (server === undefined) servePipe(undefined, {}, handle)
    else if (!server.link.heard(message as Message, from)) server.hears.hear(message as Message, from, handle)
  }
  const gone = (side: Side): void => {
    for (const { link, hears } of servers.values()) {
      if (!link.has(side)) continue
      link.gone(side)
      hears.gone(side)
    }
  }
  return peers(NAME, {
    fromPredecessor: (message, handle) => hear(message, 'predecessor', handle),
    fromSuccessor: (message, handle) => hear(message, 'successor', handle),
    unknownToPredecessor: () => gone('predecessor'),
    predecessorGone: () => gone('predecessor'),
    successorGone: () => gone('successor'),
    committed() {
      for (const { hears } of servers.values()) hears.committed()
    },
    leaving(time) {
      return Promise.all([...servers.values()].map(({ hears }) => hears.leaving(time)))
    },
  })
}
