import { beforeAll, expect, it } from 'vitest'
import { APPLICATIONS } from './applications.ts'
import { INSTALLATION, install } from './installation.ts'
import { start } from './running.ts'
import { Talk } from './talk.ts'

let folder: string

beforeAll(async () => {
  folder = await install('test/applications/socket.io')
}, INSTALLATION)

it('Socket.IO: a WebSocket lasts until drainTimeout; then its client connects to the successor and goes on where it was', async () => {
  const application = APPLICATIONS.find((one) => one.name === 'Socket.IO')
  if (application === undefined) throw new Error('There is no such application')
  const running = await start(application, folder, { way: 'register', env: { ZERODOWN_DRAIN_TIMEOUT: '1500' } })
  const talks = Array.from({ length: 10 }, () => new Talk(folder, running.place, { transports: ['websocket'] }))
  await Promise.all(talks.map((talk) => talk.answeredBy((pid) => pid === running.pid)))
  for (let restart = 1; restart <= 2; restart++) {
    await running.commit()
    await running.predecessorGone()
    await Promise.all(talks.map((talk) => talk.answeredBy((pid) => pid === running.pid)))
  }
  for (const { answers, connections } of talks) {
    expect(connections).toBe(3)
    expect(answers.map(({ number }) => number)).toEqual(answers.map((_, at) => at))
  }
})
