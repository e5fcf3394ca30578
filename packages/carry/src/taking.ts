import { randomBytes } from 'node:crypto'
import type { Socket } from 'node:net'
import { deserialize } from 'node:v8'
import type { Logger } from '@zerodown/core'
import { logger, socketOver } from '@zerodown/core/kinds'
import { FRAMES, readFrames, writeFrame } from './frames.ts'
import type { FromGiver } from './messages.ts'
import { messageOf } from './message-of.ts'
import type { Carried, Settings } from './options.ts'
import { turn } from './turn.ts'

/** Takes the state of the predecessor. */
export class Taking {
  /** What the predecessor says first over the pipe. */
  readonly token: string = randomBytes(16).toString('hex')
  /** Resolves with what came, or with `undefined`, when all entries are here, or will not come in time. */
  readonly came: Promise<Carried | undefined>
  /** Resolves when no more entries of `give()` can come. */
  readonly walked: Promise<void>
  /** Resolves when nothing can come at all. */
  readonly over: Promise<void>
  readonly #name: string
  readonly #settings: Settings
  readonly #began = performance.now()
  #resolveCame!: (came: Carried | undefined) => void
  #resolveWalked!: () => void
  #resolveOver!: () => void
  #timer: NodeJS.Timeout | undefined
  #pipe: Socket | undefined
  #from: Carried['from'] | undefined
  #entries = 0
  #bytes = 0
  #isSettled = false

  constructor(name: string, settings: Settings) {
    this.#name = name
    this.#settings = settings
    this.came = new Promise((resolve) => (this.#resolveCame = resolve))
    this.walked = new Promise((resolve) => (this.#resolveWalked = resolve))
    this.over = new Promise((resolve) => (this.#resolveOver = resolve))
    // It keeps the process alive: the application may wait with nothing else to do.
    const { timeout } = settings
    this.#timer = setTimeout(() => this.#settle(`the rest has not come within ${timeout} ms (timeout)`), timeout)
  }

  /** There is no predecessor. */
  nobodyThere(): void {
    this.#isSettled = true
    this.#finish()
    this.#resolveCame(undefined)
  }

  /** The predecessor has answered. */
  hear(message: FromGiver, handle: unknown): void {
    if (message.refused !== undefined) return this.giveUp(message.refused)
    if (typeof handle !== 'object' || handle === null) return this.giveUp('it sent no pipe')
    const pipe = socketOver(handle).on('error', () => {}) // Its end tells.
    if (this.#isSettled && this.#pipe === undefined) return void pipe.destroy() // It comes too late.
    this.#pipe = pipe
    this.#from = message.from
    writeFrame(pipe, FRAMES.hello, Buffer.from(message.token))
    return void this.#read(pipe)
  }

  predecessorGone(): void {
    if (this.#pipe === undefined) this.giveUp('it has ended')
  }

  /** Nothing more is taken. */
  giveUp(why: string, level: keyof Logger = 'warn'): void {
    this.#pipe?.destroy()
    this.#settle(why, level)
    this.#finish()
  }

  async #read(pipe: Socket): Promise<void> {
    let isKnown = false
    let walked = false
    for await (const { type, content } of readFrames(pipe)) {
      if (!isKnown && (type !== FRAMES.hello || content.toString() !== this.token)) {
        return this.giveUp('somebody else was at the other end of the pipe')
      }
      isKnown = true
      if (type === FRAMES.entries && !(await this.#take(content))) return undefined
      if (type === FRAMES.walked) {
        walked = true
        this.#settle(content.toString())
      }
      if (type === FRAMES.end) return this.#finish()
    }
    this.#settle('it has ended')
    if (walked) logger.warn(`carry '${this.#name}': the predecessor ended before it had told what changed there last.`)
    return this.#finish()
  }

  async #take(content: Buffer): Promise<boolean> {
    await turn()
    try {
      const entries = deserialize(content) as unknown[]
      await this.#settings.take(entries)
      this.#entries += entries.length
      this.#bytes += content.length
      return true
    } catch (error) {
      const why = `take() failed: ${messageOf(error)}`
      logger.error(`carry '${this.#name}': ${why}. From here on nothing more is taken.`)
      this.giveUp(why)
      return false
    }
  }

  /** Says what came. @param missing why that is not all; empty: it is */
  #settle(missing: string, level: keyof Logger = 'warn'): void {
    if (this.#isSettled) return
    this.#isSettled = true
    clearTimeout(this.#timer)
    this.#pipe?.unref()
    this.#resolveWalked()
    const [name, entries, bytes, from] = [this.#name, this.#entries, this.#bytes, this.#from]
    if (from === undefined || (missing !== '' && entries === 0)) {
      logger[level](`carry '${name}': nothing came from the predecessor: ${missing}. This process begins without.`)
      return this.#resolveCame(undefined)
    }
    const what = `${entries} entries (${(bytes / 1e6).toFixed(1)} MB) came from generation ${from.generation}`
    const complete = missing === ''
    if (complete) logger.info(`carry '${name}': ${what} in ${Math.round(performance.now() - this.#began)} ms`)
    else logger[level](`carry '${name}': ${what}, but not all: ${missing}. This process serves without the rest.`)
    return this.#resolveCame({ entries, bytes, from, complete })
  }

  #finish(): void {
    clearTimeout(this.#timer)
    this.#resolveWalked()
    this.#resolveOver()
  }
}
