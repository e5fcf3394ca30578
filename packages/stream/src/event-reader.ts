/** One event of a stream, or a comment between two. */
export interface StreamEvent {
  /** As it was written, with the empty line at its end; latin1. */
  readonly text: string
  /** The last event id from here on, where the event sets it; latin1. */
  readonly id: string | undefined
}

/** A line of a stream ends by any of these. */
const LINE_END = /\r\n|\n|\r/g

/** The field that sets the last event id. One that has a NUL in it counts as nothing. */
const ID = /^id(?:: ?([^\0]*))?$/

/**
 * Reads what is written to an event stream, in whatever pieces, event by event, as a client does
 * (https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation).
 */
export class EventReader {
  /** What is not a whole event yet. */
  #text = ''
  /** How far that consists of whole lines. */
  #at = 0
  #hasFields = false
  #id: string | undefined
  /** The last byte was a CR: a LF that follows is the second half of the same line end. */
  #afterReturn = false

  /** Whether nothing of an event was written of which the end is missing: a client waits for nothing. */
  get isBetween(): boolean {
    return !this.#hasFields && this.#at === this.#text.length
  }

  /** Takes what is not a whole event yet. */
  takeRest(): string {
    const rest = this.#text
    this.#begin('')
    return rest
  }

  /** @returns what it completes */
  read(bytes: string | Uint8Array, encoding?: BufferEncoding): StreamEvent[] {
    const buffer = typeof bytes === 'string' ? Buffer.from(bytes, encoding) : Buffer.from(bytes)
    this.#text += this.#withoutSecondHalf(buffer.toString('latin1'))
    const events: StreamEvent[] = []
    for (let end = this.#lineEnd(); end !== undefined; end = this.#lineEnd()) {
      const line = this.#text.slice(this.#at, end.index)
      this.#at = end.index + end[0].length
      const isOver = line === ''
      if (!isOver && !line.startsWith(':')) this.#readField(line)
      // A comment alone is over with its line.
      if (isOver || !this.#hasFields) events.push(this.#take())
    }
    return events
  }

  #withoutSecondHalf(text: string): string {
    if (text === '') return text
    const rest = this.#afterReturn && text.startsWith('\n') ? text.slice(1) : text
    this.#afterReturn = text.endsWith('\r')
    return rest
  }

  #lineEnd(): RegExpExecArray | undefined {
    LINE_END.lastIndex = this.#at
    return LINE_END.exec(this.#text) ?? undefined
  }

  #readField(line: string): void {
    this.#hasFields = true
    const [field, id = ''] = ID.exec(line) ?? []
    if (field !== undefined) this.#id = id
  }

  #take(): StreamEvent {
    const event = { text: this.#text.slice(0, this.#at), id: this.#id }
    this.#begin(this.#text.slice(this.#at))
    return event
  }

  #begin(text: string): void {
    this.#text = text
    this.#at = 0
    this.#hasFields = false
    this.#id = undefined
  }
}
