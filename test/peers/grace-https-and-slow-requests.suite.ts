import { readFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { request as plainRequest } from 'node:http'
import { request as secureRequest } from 'node:https'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { expect, it } from 'vitest'
import { settled } from '../restart/settle.ts'
import type { ServerProcess } from '../support/index.ts'
import { FIXTURES, startServer } from '../support/index.ts'

const WAVES = 3
const EACH = 5
/** What the server takes to answer, in ms. */
const DURATIONS = [0, 2000]
const CA = readFileSync(join(FIXTURES, 'tls', 'cert.pem'))

interface Identity {
  pid: number
  generation: number
}

it('answers requests of 0 s and 2 s over http and https, with a restart in the midst of each of three waves', async () => {
  const server = await startServer('https')
  for (let wave = 1; wave <= WAVES; wave++) {
    const answers = startWave(server)
    // They are under way: the quick ones of this wave are answered, the slow ones are not.
    await Promise.all(answers.quick)
    await server.restart()
    const after = startWave(server)

    const all = await Promise.all([answers.quick, answers.slow, after.quick, after.slow].flat())
    for (const { pid, generation } of all) {
      expect(server.announcements).toContainEqual(expect.objectContaining({ pid, generation }))
      expect([wave, wave + 1]).toContain(generation)
    }
    // The slow ones were at work in the predecessor when it was told to leave.
    const slow = await Promise.all(answers.slow)
    expect(slow.map(({ generation }) => generation)).toEqual(slow.map(() => wave))
    await settled(server)
  }
  expect(server.latest.generation).toBe(WAVES + 1)
})

function startWave(server: ServerProcess): { quick: Promise<Identity>[]; slow: Promise<Identity>[] } {
  const [quick = [], slow = []] = DURATIONS.map((ms) =>
    [0, 1].flatMap((place) => Array.from({ length: EACH }, () => ask(server, place, ms))),
  )
  return { quick, slow }
}

/** One request on a new connection, which is not retried. Place 0 is http, place 1 is https. */
async function ask(server: ServerProcess, place: number, ms: number): Promise<Identity> {
  const secure = place === 1
  const options = { ...server.target(place), path: `/slow?ms=${ms}`, agent: false }
  const response = await new Promise<IncomingMessage>((answered, failed) => {
    const request = secure ? secureRequest({ ...options, ca: CA }, answered) : plainRequest(options, answered)
    request.on('error', failed).end()
  })
  expect(response.statusCode).toBe(200)
  return (await json(response)) as Identity
}
