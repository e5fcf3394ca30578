import { createRequire } from 'node:module'
import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { cleanUp } from '../support/clean-up.ts'
import { Watch } from '../support/index.ts'
import { APPLICATIONS } from './applications.ts'
import { INSTALLATION, install } from './installation.ts'
import type { Address } from './application.ts'
import { start } from './running.ts'

/** What is used here of socket.io-client, which is installed with the application. */
interface Client {
  on(event: 'connect' | 'disconnect', listener: (reason: string) => void): void
  emitWithAck(event: string, ...args: unknown[]): Promise<unknown>
  disconnect(): void
}

/** Says one thing after the other, each again until it is answered. */
class Talk {
  readonly answers: { number: number; pid: number }[] = []
  connections = 0
  #watch = new Watch()
  #over = false

  constructor(folder: string, { host, port }: Address) {
    const { io } = createRequire(join(folder, 'server.js'))('socket.io-client') as {
      io(url: string, options: object): Client
    }
    const client = io(`http://${host}:${port}`, { transports: ['websocket'], ackTimeout: 1000, retries: 20 })
    cleanUp(() => {
      this.#over = true
      client.disconnect()
    })
    client.on('connect', () => (this.connections += 1))
    void this.#say(client)
  }

  answeredBy(pid: number): Promise<true> {
    return this.#watch.until(() => this.answers.some((answer) => answer.pid === pid), `an answer of ${pid}`, 20_000)
  }

  async #say(client: Client): Promise<void> {
    for (let said = 0; !this.#over; said++) {
      this.answers.push((await client.emitWithAck('message', said)) as { number: number; pid: number })
      this.#watch.notify()
    }
  }
}

let folder: string

beforeAll(async () => {
  folder = await install('socket.io')
}, INSTALLATION)

it('Socket.IO: a WebSocket lasts until drainTimeout; then its client connects to the successor and goes on where it was', async () => {
  const application = APPLICATIONS.find((one) => one.folder === 'socket.io')
  if (application === undefined) throw new Error('There is no such application')
  const running = await start(application, folder, { registered: true, env: { ZERODOWN_DRAIN_TIMEOUT: '1500' } })
  const talks = Array.from({ length: 10 }, () => new Talk(folder, running.place))
  await Promise.all(talks.map((talk) => talk.answeredBy(running.pid)))
  for (let restart = 1; restart <= 2; restart++) {
    await running.commit()
    await running.predecessorGone()
    await Promise.all(talks.map((talk) => talk.answeredBy(running.pid)))
  }
  for (const { answers, connections } of talks) {
    expect(connections).toBe(3)
    expect(answers.map(({ number }) => number)).toEqual(answers.map((_, at) => at))
  }
})
