import { request } from 'node:http'
import { text } from 'node:stream/consumers'

export interface Answer {
  status: number
  headers: NodeJS.Dict<string | string[]>
  body: string
}

/** Asks a control socket, as `curl --unix-socket` does. */
export function ask(socketPath: string, method: string, path: string, body = ''): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath, method, path, agent: false }, (response) => {
      const { statusCode: status = 0, headers } = response
      text(response).then((all) => resolve({ status, headers, body: all }), reject)
    })
    sent.on('error', reject).end(body)
  })
}

export const json = async (socketPath: string, path: string): Promise<Record<string, unknown>> =>
  JSON.parse((await ask(socketPath, 'GET', path)).body) as Record<string, unknown>

/** The lines of an NDJSON answer. */
export const linesIn = ({ body }: Answer): Record<string, unknown>[] =>
  body
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
