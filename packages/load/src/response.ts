/** One complete answer. Names of headers are in lower case; of a repeated header the last value counts. */
export interface Answer {
  status: number
  headers: ReadonlyMap<string, string>
  body: Buffer
  /** The server will close the connection after this answer. */
  close: boolean
}

/** What came is not an HTTP/1.1 answer whose end can be told. */
export class MalformedAnswer extends Error {
  override name = 'MalformedAnswer'
}

interface Head {
  status: number
  headers: Map<string, string>
  close: boolean
}

const EMPTY: Buffer = Buffer.alloc(0)
const HEAD_END = '\r\n\r\n'
const HEAD_LIMIT = 65_536
const STATUS_LINE = /^HTTP\/1\.([01]) (\d{3})(?: |$)/
const DECIMAL = /^\d{1,15}$/
const CHUNK_SIZE = /^([0-9a-fA-F]{1,12})[ \t]*(?:;.*)?$/

/**
 * Reads the answers off one connection (RFC 9112), to GET and POST only.
 *
 * A body has a length or is chunked. One that ends with the connection is refused: nobody could tell it from one that was cut.
 */
export class ResponseParser {
  #pending: Buffer = EMPTY
  #head: Head | undefined
  #body: Buffer[] = []
  // Bytes still to come of the body or of the chunk; undefined while a chunk's size is expected.
  #missing: number | undefined
  #chunked = false
  // The last chunk was seen: what follows are trailers, up to an empty line.
  #trailing = false

  /** Part of an answer has come, and not yet its end. */
  get partial(): boolean {
    return this.#head !== undefined || this.#pending.length > 0
  }

  /** The answers that these bytes complete. Throws {@link MalformedAnswer}; the parser is of no use after that. */
  push(bytes: Buffer): Answer[] {
    this.#pending = this.#pending.length === 0 ? bytes : Buffer.concat([this.#pending, bytes])
    const answers: Answer[] = []
    while (this.#step(answers)) {
      // Each step reads one element; it says no when it needs more bytes.
    }
    return answers
  }

  #step(answers: Answer[]): boolean {
    if (this.#head === undefined) return this.#readHead(answers)
    if (this.#trailing) return this.#readTrailer(this.#head, answers)
    if (this.#missing === undefined) return this.#readChunkSize()
    if (this.#missing > 0) return this.#readBody(this.#head, this.#missing, answers)
    return this.#readChunkEnd()
  }

  #readHead(answers: Answer[]): boolean {
    const end = this.#pending.indexOf(HEAD_END)
    if (end > HEAD_LIMIT || (end === -1 && this.#pending.length > HEAD_LIMIT)) throw new MalformedAnswer('endless head')
    if (end === -1) {
      this.#refuseGarbage()
      return false
    }
    const head = parseHead(this.#take(end).toString('latin1'))
    this.#take(HEAD_END.length)
    // 100 Continue and its like precede the answer and have no body.
    if (head.status >= 100 && head.status < 200) return true
    this.#head = head
    this.#chunked = isChunked(head.headers)
    this.#missing = this.#chunked ? undefined : bodyLength(head)
    if (this.#missing === 0) this.#finish(head, answers)
    return true
  }

  // Without this, bytes that will never be an answer would only be noticed at the request's time-out.
  #refuseGarbage(): void {
    const start = this.#pending.toString('latin1', 0, 7)
    if (!'HTTP/1.'.startsWith(start)) throw new MalformedAnswer(`not an HTTP/1.1 answer: ${excerpt(this.#pending)}`)
  }

  #readBody(head: Head, missing: number, answers: Answer[]): boolean {
    if (this.#pending.length === 0) return false
    const part = this.#take(Math.min(missing, this.#pending.length))
    this.#body.push(part)
    this.#missing = missing - part.length
    if (this.#missing === 0 && !this.#chunked) this.#finish(head, answers)
    return true
  }

  #readChunkSize(): boolean {
    const line = this.#takeLine()
    if (line === undefined) return false
    const size = CHUNK_SIZE.exec(line)?.[1]
    if (size === undefined) throw new MalformedAnswer(`not the size of a chunk: ${JSON.stringify(line)}`)
    const length = Number.parseInt(size, 16)
    if (length === 0) this.#trailing = true
    else this.#missing = length
    return true
  }

  #readChunkEnd(): boolean {
    if (this.#pending.length < 2) return false
    const end = this.#take(2)
    if (end.toString('latin1') !== '\r\n') throw new MalformedAnswer(`no line end after a chunk: ${excerpt(end)}`)
    this.#missing = undefined
    return true
  }

  #readTrailer(head: Head, answers: Answer[]): boolean {
    const line = this.#takeLine()
    if (line === undefined) return false
    if (line === '') this.#finish(head, answers)
    return true
  }

  #finish({ status, headers, close }: Head, answers: Answer[]): void {
    const [first = EMPTY] = this.#body
    answers.push({ status, headers, close, body: this.#body.length > 1 ? Buffer.concat(this.#body) : first })
    this.#head = undefined
    this.#body = []
    this.#missing = undefined
    this.#trailing = false
  }

  #take(length: number): Buffer {
    const taken = this.#pending.subarray(0, length)
    this.#pending = this.#pending.subarray(length)
    return taken
  }

  #takeLine(): string | undefined {
    const end = this.#pending.indexOf('\r\n')
    if (end === -1) {
      if (this.#pending.length > HEAD_LIMIT) throw new MalformedAnswer('endless line in a chunked body')
      return undefined
    }
    const line = this.#take(end).toString('latin1')
    this.#take(2)
    return line
  }
}

function parseHead(text: string): Head {
  const [statusLine = '', ...lines] = text.split('\r\n')
  const match = STATUS_LINE.exec(statusLine)
  if (match === null) throw new MalformedAnswer(`not a status line: ${JSON.stringify(statusLine.slice(0, 80))}`)
  const headers = new Map<string, string>()
  for (const line of lines) {
    const colon = line.indexOf(':')
    if (colon < 1) throw new MalformedAnswer(`not a header: ${JSON.stringify(line.slice(0, 80))}`)
    const name = line.slice(0, colon).toLowerCase()
    if (name === 'content-length' && headers.has(name)) throw new MalformedAnswer('two Content-Length headers')
    headers.set(name, line.slice(colon + 1).trim())
  }
  const tokens = listOf(headers.get('connection'))
  // HTTP/1.0 closes unless it says otherwise, HTTP/1.1 the other way round.
  const close = tokens.includes('close') || (match[1] === '0' && !tokens.includes('keep-alive'))
  return { status: Number(match[2]), headers, close }
}

function isChunked(headers: ReadonlyMap<string, string>): boolean {
  const coding = headers.get('transfer-encoding')
  if (coding === undefined) return false
  if (coding.toLowerCase() !== 'chunked') throw new MalformedAnswer(`Transfer-Encoding: ${coding}`)
  // RFC 9112, 6.3: both at once is an attempt at smuggling, or a bug.
  if (headers.has('content-length')) throw new MalformedAnswer('Transfer-Encoding beside Content-Length')
  return true
}

function bodyLength({ status, headers }: Head): number {
  if (status === 204 || status === 304) return 0
  const length = headers.get('content-length')
  if (length === undefined) throw new MalformedAnswer('neither Content-Length nor chunked: its end cannot be told')
  if (!DECIMAL.test(length)) throw new MalformedAnswer(`Content-Length: ${length}`)
  return Number(length)
}

function listOf(value = ''): string[] {
  return value.split(',').map((token) => token.trim().toLowerCase())
}

function excerpt(bytes: Buffer): string {
  return JSON.stringify(bytes.toString('latin1', 0, 40))
}
