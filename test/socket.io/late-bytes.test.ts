import { setTimeout as wait } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { restartAndLeave } from '../support/index.ts'
import { ChatClient } from './stage/client.ts'
import { startChat } from './stage/server.ts'

/** So many that they take their time from the one process to the other. */
const BYTES = Buffer.alloc(300_000)

/** A number that the server answers after 60 ms. */
const SLOW = 7

it('a late answer with bytes stays in one piece, whatever the new process sends meanwhile', async () => {
  const server = await startChat({ tick: 1, env: { ANSWERS_WITHIN: '500' } })
  const { sockets } = await ChatClient.open(server.target())
  const over = new AbortController()
  const answers = sockets.map(async (socket) => {
    const all: Promise<unknown>[] = []
    while (!over.signal.aborted) {
      all.push(socket.ask('say', SLOW, BYTES).catch(String))
      await wait(20)
    }
    return Promise.all(all)
  })
  await restartAndLeave(server)
  over.abort()
  expect((await Promise.all(answers)).flat().filter((answer) => typeof answer === 'string')).toEqual([])
  expect(sockets.flatMap(({ ends }) => ends)).toEqual([])
})
