import type { IncomingMessage } from 'node:http'
import { requestHead } from '@zerodown/core/kinds'

const LAST_EVENT_ID = 'Last-Event-ID'

/** What of the head of an answer decides how a client reads what follows. */
interface Reading {
  readonly status: string | undefined
  readonly type: string
  readonly framing: string
  readonly encoding: string
  readonly connection: string
}

function readingOf(head: string): Reading {
  const [statusLine = '', ...lines] = head.trimEnd().split('\r\n')
  const headers = new Map(
    lines.map((line) => {
      const colon = line.indexOf(':')
      return [
        line.slice(0, colon).toLowerCase(),
        line
          .slice(colon + 1)
          .trim()
          .toLowerCase(),
      ]
    }),
  )
  const [, status] = /^HTTP\/1\.1 (\d+)/.exec(statusLine) ?? []
  return {
    status,
    type: headers.get('content-type')?.split(';')[0]?.trim() ?? '',
    framing: headers.get('transfer-encoding') ?? '',
    encoding: headers.get('content-encoding') ?? 'identity',
    connection: headers.get('connection') ?? '',
  }
}

/** Whether this is the head of an answer that another process can go on with between two events. */
export function isEventStream(head: string): boolean {
  const { status, type, framing, encoding } = readingOf(head)
  return status === '200' && type === 'text/event-stream' && framing === 'chunked' && encoding === 'identity'
}

/** Whether a client that has read the one head reads on as well as one that has read the other. */
export const readsOnAs = (head: string, other: string): boolean =>
  JSON.stringify(readingOf(head)) === JSON.stringify(readingOf(other))

/** Whether the request can be made again: its body, if it has one, is gone. */
export const isRepeatable = ({ method, httpVersion, headers }: IncomingMessage): boolean =>
  method === 'GET' &&
  httpVersion === '1.1' &&
  headers['transfer-encoding'] === undefined &&
  Number(headers['content-length'] ?? 0) === 0

/**
 * The head of a request as a client would send it that has lost its connection behind the event with this id.
 * @param lastId latin1; `undefined`: no event had one
 */
export function reconnecting(request: IncomingMessage, url: string, lastId: string | undefined): string {
  const { method, httpVersion, rawHeaders } = request
  const others = rawHeaders.filter((_, at) => !isLastEventId(rawHeaders[at - (at % 2)]))
  const last = lastId === undefined ? rawLastEventId(request) : lastId === '' ? [] : [LAST_EVENT_ID, lastId]
  return requestHead({ method, url, httpVersion, rawHeaders: [...others, ...last] } as IncomingMessage)
}

const isLastEventId = (name: string | undefined): boolean => name?.toLowerCase() === LAST_EVENT_ID.toLowerCase()

const rawLastEventId = ({ rawHeaders }: IncomingMessage): string[] =>
  rawHeaders.filter((_, at) => isLastEventId(rawHeaders[at - (at % 2)]))
