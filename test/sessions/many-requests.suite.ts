import { expect, it } from 'vitest'
import { Wire } from '../handover/stage/wire.ts'
import { eventsOf, restartAndLeave, startServer } from '../support/index.ts'
import { POST } from './stage.ts'

it('requests of sessions, each over two connections, are all counted once in 20 restarts', async () => {
  const server = await startServer('sessions')
  const sessions = await Promise.all(
    Array.from({ length: 10 }, async (_, at) => {
      const wires = await Wire.openTimes(server.target(), 2)
      const [first] = wires as [Wire, Wire]
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
  for (let restart = 1; restart <= 20; restart += 1) await restartAndLeave(server)
  over.abort()
  await Promise.all(asking)

  let sum = 0
  for (const { key, wires, asked } of sessions) {
    const [wire] = wires as [Wire, Wire]
    wire.write(POST(`/s/${key}`))
    const { count } = JSON.parse((await wire.answer()).body.toString()) as { count: number }
    expect(count).toBe(asked + 1)
    sum += count
  }
  console.log(`${sum} requests; ${eventsOf(server, 'took').length} times a session came to another process`)
  expect(eventsOf(server, 'changed a session that was given')).toEqual([])
})
