import { request } from 'node:http'
import type { Target } from '@zerodown/load'

/** What `restart()` came to: the successor, or why there is none. */
export interface Outcome {
  pid?: number
  generation?: number
  code?: string
  message?: string
}

/** Asks the fixture `controlled`, on a connection of its own. */
export function ask<T = Outcome>(target: Target, what: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const sent = request({ ...target, method: 'POST', path: `/control/${what}`, agent: false }, (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (text: string) => (body += text))
      response.on('end', () => resolve(JSON.parse(body) as T))
      response.on('error', reject)
    })
    sent.on('error', reject)
    sent.end()
  })
}
