import { randomUUID } from 'node:crypto'
import { request } from 'node:http'
import type { ClientRequest, IncomingMessage } from 'node:http'
import type { Target } from '@zerodown/load'
import { cleanUp } from '../../support/clean-up.ts'

/** A request that is in flight for as long as the test wants: an upload to /echo, of which a part has come back. */
export interface Held {
  /** Which generation answers it. */
  generation: number
  /** Sends the rest. Resolves when all of it has come back; rejects if anything else happens. */
  finish(): Promise<void>
  /** The client goes away. */
  leave(): void
  /** Resolves when the server has cut it. */
  cut: Promise<void>
}

export async function hold(target: Target): Promise<Held> {
  const [first, second] = [randomUUID(), randomUUID()]
  const headers = { 'content-length': first.length + second.length }
  const sent = request({ ...target, method: 'POST', path: '/echo', agent: false, headers })
  cleanUp(() => sent.destroy())
  sent.write(first)
  const answer = await answerTo(sent)
  let echoed = ''
  answer.setEncoding('utf8')
  const complete = new Promise<void>((resolve, reject) => {
    answer.on('data', (text: string) => (echoed += text))
    answer.on('error', reject)
    answer.on('end', () => (echoed === first + second ? resolve() : reject(new Error(`wrong echo: ${echoed}`))))
  })
  const cut = new Promise<void>((resolve) => {
    complete.catch(() => resolve())
  })
  const finish = (): Promise<void> => {
    sent.end(second)
    return complete
  }
  return { generation: Number(answer.headers['x-generation']), finish, leave: () => void sent.destroy(), cut }
}

function answerTo(sent: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    // Stays: what happens to the connection later, the answer tells.
    sent.on('error', reject)
    sent.once('response', resolve)
  })
}
