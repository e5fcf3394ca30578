import type { OutgoingHttpHeader, OutgoingHttpHeaders, ServerResponse } from 'node:http'

/** What `writeHead()` takes: an object, a flat array of names and values, or an array of pairs. */
type Headers = OutgoingHttpHeaders | OutgoingHttpHeader[] | [string, OutgoingHttpHeader][]

const CLOSE = ['Connection', 'close'] as const

/**
 * Makes a response say `Connection: close` if `isLast()` is true when its head is written. This overrides whatever the
 * application says: a proxy, for example, passes on the header of its own upstream connection.
 *
 * Node calls the `writeHead()` of every response, also where the application does not.
 */
export function sayClose(response: ServerResponse, isLast: () => boolean): void {
  const { writeHead } = response
  const wrapped = function (this: ServerResponse, status: number, ...rest: unknown[]): ServerResponse {
    const answers = !response.headersSent && status !== 101
    return Reflect.apply(writeHead, this, [status, ...(answers && isLast() ? closing(response, rest) : rest)])
  }
  Object.assign(response, { writeHead: wrapped, writeHeader: wrapped })
}

/**
 * The arguments of `writeHead()` behind the status, `[reason], [headers]`, with `Connection: close` among the headers.
 */
function closing(response: ServerResponse, rest: readonly unknown[]): unknown[] {
  const [first, second] = rest
  const reason = typeof first === 'string' ? [first] : []
  const headers = without((typeof first === 'string' ? second : (second ?? first)) as Headers | undefined)
  // Where no header was set before, setting one here would change how Node reads headers that come as an array.
  if (response.getHeaderNames().length === 0) return [...reason, withClose(headers)]
  response.setHeader(...CLOSE)
  return [...reason, headers]
}

const isOther = (name: unknown): boolean => String(name).toLowerCase() !== 'connection'

function without(headers: Headers | undefined): Headers | undefined {
  if (headers === undefined || headers === null) return undefined
  if (!Array.isArray(headers)) return Object.fromEntries(Object.entries(headers).filter(([name]) => isOther(name)))
  if (isPairs(headers)) return headers.filter(([name]) => isOther(name))
  return headers.filter((_, at) => isOther(headers[at - (at % 2)]))
}

function withClose(headers: Headers = {}): Headers {
  if (!Array.isArray(headers)) return { ...headers, [CLOSE[0]]: CLOSE[1] }
  return isPairs(headers) ? [...headers, [...CLOSE]] : [...headers, ...CLOSE]
}

const isPairs = (headers: unknown[]): headers is [string, OutgoingHttpHeader][] => Array.isArray(headers[0])
