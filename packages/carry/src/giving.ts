import { randomBytes } from 'node:crypto'
import type { Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { zerodown } from '@zerodown/core'
import { logger, socketPair } from '@zerodown/core/kinds'
import { Deadline } from './deadline.ts'
import { FRAMES, readFrames, writeFrame } from './frames.ts'
import { messageOf } from './message-of.ts'
import type { FromGiver, FromTaker } from './messages.ts'
import type { Settings } from './options.ts'
import { Sender } from './sender.ts'

/** How often the successor is told of changes, while this process drains. ms */
const PACE = 1000

/** Gives the state to one successor. */
export class Giving {
  readonly #name: string
  readonly #settings: Settings
  readonly #ask: FromTaker
  readonly #send: (message: FromGiver, handle?: object) => boolean
  /** What is being sent: the entries, then changes. */
  #sending: Promise<void> = Promise.resolve()
  #pipe: Socket | undefined
  #sender: Sender | undefined
  #committed = false
  #walked = false
  #stopped = false
  /** Ends the pause between two looks at what has changed. */
  readonly #finishing = new AbortController()

  constructor(
    name: string,
    settings: Settings,
    ask: FromTaker,
    send: (message: FromGiver, handle?: object) => boolean,
  ) {
    this.#name = name
    this.#settings = settings
    this.#ask = ask
    this.#send = send
  }

  /**
   * Makes the pipe and sends all entries.
   * @param ready when nothing is on its way here that has to go along
   */
  begin(ready: Promise<unknown>): void {
    this.#sending = this.#walk(ready)
  }

  /** The successor is in charge: from now on it is told what changes here. */
  commit(): void {
    this.#committed = true
    if (this.#walked) this.#sending = this.#followChanges()
  }

  /**
   * Tells the last changes.
   * @param ready when nothing more can come from the predecessor
   * @returns when the successor has them; `undefined`: there is nothing to say
   */
  finish(ready: Promise<unknown>): Promise<void> | undefined {
    return this.#stopped ? undefined : this.#finish(ready)
  }

  /** The successor has gone, or another one has asked. */
  stop(): void {
    this.#stopped = true
    this.#finishing.abort()
    this.#pipe?.destroy()
  }

  async #finish(ready: Promise<unknown>): Promise<void> {
    await ready
    this.#finishing.abort()
    await this.#sending
    // The walk may have ended only now.
    await this.#sending
    await this.#sendChanges()
    const pipe = this.#pipe
    if (pipe === undefined || pipe.destroyed) return
    const closed = new Promise((resolve) => pipe.once('close', resolve))
    this.#end(pipe)
    await closed
  }

  async #walk(ready: Promise<unknown>): Promise<void> {
    const { give, changed, timeout, maxBytes } = this.#settings
    const patience = Math.min(timeout, this.#ask.timeout)
    const deadline = new Deadline(patience)
    const pipe = await this.#open(deadline)
    if (pipe === undefined) return this.stop()
    await deadline.wait(ready)
    this.#sender = new Sender(pipe, Math.min(maxBytes, this.#ask.maxBytes))
    const why = await this.#sender.send(give, deadline)
    deadline.end()
    if (this.#stopped) return undefined
    if (why?.isMistake === true) logger.error(`carry '${this.#name}': give() failed: ${why.text}.`)
    writeFrame(pipe, FRAMES.walked, Buffer.from(why?.text ?? ''))
    this.#walked = true
    if (changed === undefined) return this.#end(pipe)
    if (this.#committed) this.#sending = this.#followChanges()
    return undefined
  }

  async #followChanges(): Promise<void> {
    const { signal } = this.#finishing
    while (!signal.aborted) {
      await this.#sendChanges()
      await wait(PACE, undefined, { ref: false, signal }).catch(() => {})
    }
  }

  async #sendChanges(): Promise<void> {
    const { changed } = this.#settings
    if (changed === undefined || !this.#committed || this.#stopped) return
    const why = await this.#sender?.send(changed)
    if (why === undefined || this.#stopped) return
    logger.error(`carry '${this.#name}': the successor has not got all that changed: ${why.text}.`)
  }

  /** Nothing follows. */
  #end(pipe: Socket): void {
    if (pipe.writableEnded) return
    writeFrame(pipe, FRAMES.end)
    pipe.end()
  }

  /** Makes a pipe that only the successor has, and waits until that has said so. */
  async #open(deadline: Deadline): Promise<Socket | undefined> {
    const token = randomBytes(16).toString('hex')
    try {
      const { here, there, sent } = await socketPair()
      here.on('error', () => {}).unref() // Its 'close' tells.
      this.#pipe = here
      const from = { pid: process.pid, generation: zerodown.generation }
      const known =
        this.#send({ token, from }, there) && !this.#stopped && (await this.#isSuccessor(here, token, deadline))
      sent()
      if (!known) return undefined
      writeFrame(here, FRAMES.hello, Buffer.from(this.#ask.token))
      return here
    } catch (error) {
      const why = `no pipe can be made (${messageOf(error)})`
      logger.warn(`carry '${this.#name}': ${why}, so the successor begins without what this process has.`)
      this.#send({ refused: why })
      return undefined
    }
  }

  async #isSuccessor(here: Socket, token: string, deadline: Deadline): Promise<boolean> {
    const frames = readFrames(here)
    const first = await deadline.wait(frames.next())
    const hello = typeof first === 'string' ? undefined : first.value
    if (hello?.type !== FRAMES.hello || hello.content.toString() !== token) return false
    // Nothing more comes from there but the end.
    void frames.next().then(() => this.stop())
    return true
  }
}
