import type { IncomingMessage, ServerResponse } from 'node:http'
import { hasUnsent, isHeldHere, writtenHead } from '@zerodown/core/kinds'
import { EventReader } from './event-reader.ts'
import type { StreamEvent } from './event-reader.ts'
import { isEventStream, isRepeatable, reconnecting } from './heads.ts'
import type { Receiver } from './late-events.ts'
import { OnlyOnce } from './only-once.ts'
import type { Original, Written } from './writable.ts'
import { callBack, check, checkEnd, chunkOf, encodingOf, intercept, sendHeadAtOnce } from './writable.ts'

/** What the application says of a stream. */
interface Told {
  readonly give: (() => unknown) | undefined
  /** As the client has written it. */
  readonly url: string
}

/**
 * An event stream of this process. `here`: it is written to its client. `frozen`: it may be about to move, and what is
 * done with it waits. `moved`: it goes on in the successor.
 */
export class Stream implements Receiver {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly #told: Told
  readonly #original: Original
  readonly #events = new EventReader()
  /** On a stream that came from a predecessor, which may still write to it. */
  readonly #onlyOnce: OnlyOnce | undefined
  #state: 'here' | 'frozen' | 'moved' = 'here'
  #stays = false
  #lastId: string | undefined
  #waiting: (() => void)[] = []
  /** The same stream in the successor. */
  #there: Receiver | undefined

  constructor(request: IncomingMessage, response: ServerResponse, told: Told, came: boolean) {
    this.request = request
    this.response = response
    this.#told = told
    this.#onlyOnce = came ? new OnlyOnce() : undefined
    this.#original = intercept(response, {
      write: (args) => this.#write(args),
      end: (args) => this.#end(args),
      destroy: (args) => this.#destroy(args),
    })
    sendHeadAtOnce(response, () => isEventStream(writtenHead(response) ?? ''))
  }

  /** Whether its client waits for nothing: all that was written has left, and no event is half written. */
  get isQuiet(): boolean {
    const { request, response } = this
    if (this.#state === 'moved' || this.#stays || isHeldHere(request) || this.#isOver || !this.#events.isBetween)
      return false
    if (response.socket !== request.socket || response.writableLength > 0 || hasUnsent(request.socket)) return false
    return isRepeatable(request) && isEventStream(this.head)
  }

  get head(): string {
    return writtenHead(this.response) ?? ''
  }

  /** The request by which another process goes on. */
  get again(): string {
    return reconnecting(this.request, this.#told.url, this.#lastId)
  }

  get #isOver(): boolean {
    return this.response.writableEnded || this.response.destroyed
  }

  /**
   * From here on what is done with it waits.
   * @returns what the application gives along, as JSON
   * @throws what the application throws
   */
  freeze(): string | undefined {
    const state = JSON.stringify(this.#told.give?.()) as string | undefined
    this.#state = 'frozen'
    return state
  }

  /** It can never move. */
  stay(): void {
    this.#stays = true
  }

  thaw(): void {
    this.#state = 'here'
    this.#letGo()
  }

  /** @param there the same stream in the successor */
  move(there: Receiver): void {
    this.#state = 'moved'
    this.#there = there
    this.#letGo()
  }

  /** An event that the application has written in the predecessor, after the stream came here. */
  late(event: StreamEvent): void {
    const { id = '' } = event
    if (this.#state === 'frozen') this.#waiting.push(() => this.late(event))
    else if (this.#state === 'moved') this.#there?.late(event)
    else if (!this.#events.isBetween) this.#onlyOnce?.waitFor(() => this.late(event))
    else if (!this.#isOver && this.#onlyOnce?.isFirst(id) === true) this.#send(event)
  }

  /** The application has destroyed it in the predecessor. */
  lateDestroy(): void {
    this.#destroy([])
  }

  #letGo(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const goOn of waiting) goOn()
  }

  #write(args: Written): boolean {
    // Node says what is wrong with it.
    if (this.#state === 'here' && chunkOf(args) === undefined) return this.#original.write(args)
    if (this.#state !== 'here') check(this.response, args)
    if (this.#state === 'frozen') {
      this.#waiting.push(() => void this.#write(args))
      return true
    }
    if (this.#state === 'moved') {
      for (const event of this.#read(args)) if (event.id !== undefined) this.#there?.late(event)
      callBack(args)
      return true
    }
    return this.#writeHere(args)
  }

  #writeHere(args: Written): boolean {
    const once = this.#onlyOnce
    if (once?.hasLate !== true) {
      const goesOn = this.#original.write(args)
      for (const { id } of this.#read(args)) this.#note(id)
      if (this.#events.isBetween) once?.goOn()
      return goesOn
    }
    // Whole events only: the beginning of one must not go out before its id is known.
    for (const event of this.#read(args)) if (event.id === undefined || once.isOwn(event.id)) this.#send(event)
    callBack(args)
    if (this.#events.isBetween) once.goOn()
    return !this.response.writableNeedDrain
  }

  #end(args: Written): void {
    if (this.#state !== 'here') checkEnd(this.response, args)
    if (this.#state === 'frozen') return void this.#waiting.push(() => this.#end(args))
    // It goes on in the successor, which ends it.
    if (this.#state === 'moved') return
    if (this.#onlyOnce?.hasLate === true) {
      if (chunkOf(args) !== undefined) this.#writeHere(args.slice(0, 2))
      const rest = this.#events.takeRest()
      this.#original.end([Buffer.from(rest, 'latin1'), ...args.filter((one) => typeof one === 'function')])
    } else this.#original.end(args)
  }

  #destroy(args: Written): void {
    const { response } = this
    if (this.#state === 'frozen') return void this.#waiting.push(() => this.#destroy(args))
    if (this.#state === 'moved' && !response.destroyed) {
      this.#there?.lateDestroy()
      // It has no connection here any more, whose end would tell.
      process.nextTick(() => response.emit('close'))
    }
    this.#original.destroy(args)
  }

  #read(args: Written): StreamEvent[] {
    return this.#events.read(chunkOf(args) ?? '', encodingOf(args))
  }

  #send({ text, id }: StreamEvent): void {
    this.#original.write([Buffer.from(text, 'latin1')])
    if (id !== undefined) this.#lastId = id
  }

  #note(id: string | undefined): void {
    if (id === undefined) return
    this.#lastId = id
    this.#onlyOnce?.isOwn(id)
  }
}
