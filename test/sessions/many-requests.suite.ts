import { expect, it } from 'vitest'
import { Wire } from '../handover/stage/wire.ts'
import { startSupervised } from '../run/stage/supervised.ts'
import type { ServerProcess } from '../support/index.ts'
import { eventsOf, restartAndLeave, startServer } from '../support/index.ts'
import { POST } from './stage.ts'

interface Asking {
  /** How many connections each session is used over. */
  connections: number
  target: ReturnType<ServerProcess['target']>
  restart: () => Promise<unknown>
}

/** Ten sessions are asked without pause through 20 restarts: each request is counted once. */
async function ask(server: ServerProcess, { connections, target, restart }: Asking): Promise<void> {
  const sessions = await Promise.all(
    Array.from({ length: 10 }, async (_, at) => {
      const wires = await Wire.openTimes(target, connections)
      const [first] = wires as [Wire]
      first.write(POST(`/s/k${at}?new`))
      await first.answer()
      return { key: `k${at}`, wires, asked: 1 }
    }),
  )
  const over = new AbortController()
  const asking = sessions.flatMap((session, at) =>
    session.wires.map(async (wire) => {
      for (let request = 1; !over.signal.aborted; request += 1) {
        session.asked += 1
        const body = 'x'.repeat((request * 37) % 30_000)
        const whole = POST(`/s/${session.key}?ms=${(request + at) % 5}`, body)
        const cut = (request * 101) % whole.length
        wire.write(whole.slice(0, cut))
        await new Promise((resolve) => setImmediate(resolve))
        wire.write(whole.slice(cut))
        const { status, body: answer } = await wire.answer()
        expect([status, (JSON.parse(answer.toString()) as { bytes: number }).bytes]).toEqual([200, body.length])
      }
    }),
  )
  for (let time = 1; time <= 20; time += 1) await restart()
  over.abort()
  await Promise.all(asking)

  let sum = 0
  for (const { key, wires, asked } of sessions) {
    const [wire] = wires as [Wire]
    wire.write(POST(`/s/${key}`))
    const { count } = JSON.parse((await wire.answer()).body.toString()) as { count: number }
    expect(count).toBe(asked + 1)
    sum += count
  }
  console.log(`${sum} requests; ${eventsOf(server, 'took').length} times a session came to another process`)
  expect(eventsOf(server, 'changed a session that was given')).toEqual([])
}

it('requests of sessions, each over two connections, are all counted once in 20 restarts', async () => {
  const server = await startServer('sessions')
  await ask(server, { connections: 2, target: server.target(), restart: () => restartAndLeave(server) })
})

// Each slot has sessions of its own, so each session keeps to its connection.
it('and so they are in the slots of `zerodown run -w 2`', async () => {
  const { server, target, rollAndLeave } = await startSupervised('sessions.mjs')
  await ask(server, { connections: 1, target: target(), restart: rollAndLeave })
})
