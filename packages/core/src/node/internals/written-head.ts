import type { ServerResponse } from 'node:http'

/**
 * The head of an answer as it was written: the headers that the application set, and those that Node adds.
 * @returns latin1, with the empty line at its end; `undefined` if none was written yet, or not by HTTP/1
 */
export function writtenHead(response: ServerResponse): string | undefined {
  const { _header: head } = response as ServerResponse & { _header?: string | null }
  return typeof head === 'string' ? head : undefined
}
