import { once } from 'node:events'
import { connect } from 'node:tls'
import type { Target } from '@zerodown/load'
import { expect, it } from 'vitest'
import type { ServerProcess } from '../support/index.ts'
import { startServer, Watch } from '../support/index.ts'
import { openUsed, restartAndLeave } from './stage/server.ts'
import { Wire, generationOf } from './stage/wire.ts'

/** By their places in the announcement of the fixture. */
const [PLAIN, SECURE] = [0, 1]

it('TLS connections linger: each is answered once more and told to close, while plain ones move', async () => {
  const server = await startServer('https')
  const plain = await openUsed(server.target(PLAIN), 3)
  const secure = await Promise.all(Array.from({ length: 3 }, () => openSecure(server.target(SECURE))))
  await Promise.all(secure.map((wire) => wire.ask()))
  await committed(server)

  const answers = await Promise.all(secure.map((wire) => wire.ask()))
  expect(answers.map(generationOf)).toEqual([1, 1, 1])
  expect(answers.every(({ close }) => close)).toBe(true)
  expect(await server.waitForExit()).toBe(0)

  await server.waitForLog(/drained: 3 finished, 3 handed over, 0 closed idle, 0 cut/)
  expect((await Promise.all(plain.map((wire) => wire.ask()))).map(generationOf)).toEqual([2, 2, 2])
})

it('loses nothing on TLS connections that are in use', async () => {
  const server = await startServer('https')
  const target = server.target(SECURE)
  const clients = Array.from({ length: 5 }, () => new Client(target))
  await Promise.all(clients.map((client) => client.answered(5)))

  for (let restarts = 0; restarts < 3; restarts++) {
    await restartAndLeave(server)
    await Promise.all(clients.map((client) => client.answered(client.answers + 5)))
  }

  // Strict: whatever goes wrong with a request has been thrown by now.
  await Promise.all(clients.map((client) => client.stop()))
  expect(clients.map(({ reopened }) => reopened)).toEqual([3, 3, 3, 3, 3])
})

/** Asks one request after the other on a connection that is kept, and opens another only when told that it closes. */
class Client {
  answers = 0
  reopened = -1
  readonly #work: Promise<void>
  readonly #watch = new Watch()
  #stopping = false

  constructor(target: Target) {
    this.#work = this.#run(target)
    this.#work.catch(() => {}) // Whoever waits is told.
  }

  async answered(times: number): Promise<void> {
    await Promise.race([this.#work, this.#watch.until(() => this.answers >= times, `${times} answers`)])
  }

  async stop(): Promise<void> {
    this.#stopping = true
    await this.#work
  }

  async #run(target: Target): Promise<void> {
    while (!this.#stopping) {
      this.reopened += 1
      const wire = await openSecure(target)
      while (!this.#stopping) {
        const { status, close } = await wire.ask()
        if (status !== 200) throw new Error(`status ${status}`)
        this.answers += 1
        this.#watch.notify()
        if (close) break
      }
      wire.end()
    }
  }
}

async function openSecure(target: Target): Promise<Wire> {
  const socket = connect({ ...target, rejectUnauthorized: false })
  await once(socket, 'secureConnect')
  return new Wire(socket)
}

async function committed(server: ServerProcess): Promise<void> {
  await server.restart()
  await server.waitForLog(/generation 2 .* has taken over/)
}
