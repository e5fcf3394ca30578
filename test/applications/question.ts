import { once } from 'node:events'
import { request } from 'node:http'
import type { ClientRequest, IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { cleanUp } from '../support/clean-up.ts'
import { until } from '../support/index.ts'
import type { Place, Question } from './application.ts'
import { isRead } from './connection.ts'

/** A request that the application is known to have. */
export interface Asked {
  /** Rejects if it has been answered already: then what happens to a request in flight was not seen. */
  checkInFlight(): Promise<void>
  /** Sends and reads what is left, and tells in words what became of it. */
  finish(): Promise<string>
}

export async function ask({ host, port }: Place, question: Question): Promise<Asked> {
  const { path, method = 'GET', headers = {}, body = '', download } = question
  const length = body === '' ? {} : { 'content-length': Buffer.byteLength(body) }
  const sent = request({ host, port, path, method, agent: false, headers: { ...headers, ...length } })
  cleanUp(() => sent.destroy())
  const answer = answerTo(sent)
  sent.flushHeaders()
  const [socket] = (await once(sent, 'socket')) as [Socket]
  // What Node reads, it gives to the application in the same turn.
  await until(() => isRead(socket), `the server to read ${path}`)
  if (download !== undefined) await answer
  let answered = false
  void answer.then(() => (answered = download === undefined))
  return {
    async checkInFlight() {
      // An answer may be there that nobody has read yet: between the two, the sockets are read.
      await setImmediate()
      await setImmediate()
      if (answered) throw new Error(`${path} has been answered before it was seen in flight.`)
    },
    async finish() {
      sent.end(body)
      const got = await answer
      return got instanceof Error ? `lost: ${got.message}` : outcomeOf(got, download)
    },
  }
}

function answerTo(sent: ClientRequest): Promise<IncomingMessage | Error> {
  return new Promise((resolve) => {
    // Stays: what happens to the connection later, the answer tells.
    sent.on('error', resolve)
    sent.once('response', resolve)
  })
}

async function outcomeOf(answer: IncomingMessage, expected: number | undefined): Promise<string> {
  let length = 0
  try {
    for await (const bytes of answer) length += (bytes as Buffer).length
  } catch (error) {
    return `lost after ${length} bytes: ${(error as Error).message}`
  }
  if (expected !== undefined && length !== expected) return `${length} of ${expected} bytes`
  return `answered with ${answer.statusCode}`
}
