import type { IncomingMessage } from 'node:http'
import { request } from 'node:http'
import type { Target } from '@zerodown/load'
import { cleanUp } from '../support/clean-up.ts'

/** An answer that has begun. */
export interface Answer {
  /** Whose it is. */
  readonly generation: number
  readonly end: Promise<'whole' | 'cut'>
}

/** Asks once, on a connection of its own, for an answer of so many seconds. */
export function ask(target: Target, seconds: number): Promise<Answer> {
  return new Promise((begun, failed) => {
    const asked = request({ ...target, path: `/stream?chunks=${seconds}&ms=1000`, agent: false }, (response) => {
      begun({ generation: Number(response.headers['x-generation']), end: endOf(response) })
    })
    asked.on('error', failed).end()
    cleanUp(() => asked.destroy())
  })
}

function endOf(response: IncomingMessage): Promise<'whole' | 'cut'> {
  return new Promise((resolve) => {
    response.on('error', () => {}).resume()
    response.on('close', () => resolve(response.complete ? 'whole' : 'cut'))
  })
}
