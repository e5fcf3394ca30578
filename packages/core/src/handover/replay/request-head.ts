import type { IncomingMessage } from 'node:http'

/**
 * The head of a request as it can be sent again (RFC 9112, 3): as the client has written it, except for spaces around
 * header values. To be called before anything has changed `url` or `rawHeaders`.
 * @returns latin1, with the empty line at its end
 */
export function requestHead({ method, url, httpVersion, rawHeaders }: IncomingMessage): string {
  const lines = [`${method} ${url} HTTP/${httpVersion}`]
  for (let at = 0; at < rawHeaders.length; at += 2) lines.push(`${rawHeaders[at]}: ${rawHeaders[at + 1]}`)
  return `${lines.join('\r\n')}\r\n\r\n`
}
