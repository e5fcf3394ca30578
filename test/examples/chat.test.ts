import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { cleanUp } from '../support/clean-up.ts'
import { startServer, until } from '../support/index.ts'

const folder = fileURLToPath(new URL('../../examples/chat/', import.meta.url))

/** What the page does: it takes each message once, in order, and never connects again. */
class Guest {
  readonly heard: string[] = []
  readonly generations: number[] = []
  closed = false
  readonly #socket: WebSocket
  #last = 0

  constructor(port: number) {
    this.#socket = new WebSocket(`ws://127.0.0.1:${port}/chat`)
    cleanUp(() => this.#socket.terminate())
    this.#socket.on('close', () => (this.closed = true))
    this.#socket.on('message', (data: Buffer) => {
      const { message, generation } = JSON.parse(data.toString()) as {
        message?: { number: number; text: string }
        generation: number
      }
      if (message === undefined) return void this.generations.push(generation)
      if (message.number <= this.#last) return
      this.#last = message.number
      this.heard.push(message.text)
    })
  }

  async here(): Promise<void> {
    await once(this.#socket, 'open')
  }

  say(text: string): void {
    this.#socket.send(JSON.stringify({ name: 'a guest', text }))
  }
}

it('examples/chat: guests who all talk hear the same in the same order through restarts, and stay connected', async () => {
  const server = await startServer(`${folder}server.js`, { cwd: folder, env: { PORT: '0' } })
  const guests = Array.from({ length: 4 }, () => new Guest(server.port))
  for (const guest of guests) await guest.here()
  let said = 0
  const talking = setInterval(() => {
    const guest = said % guests.length
    guests[guest]?.say(`${guest}:${said}`)
    said += 1
  }, 5)
  cleanUp(() => clearInterval(talking))
  for (let generation = 2; generation <= 4; generation += 1) {
    const before = server.current()
    await server.restart()
    await server.waitForExit(before)
    for (const guest of guests) await until(() => guest.generations.at(-1) === generation, 'the new generation')
  }
  clearInterval(talking)
  for (const guest of guests)
    await until(
      () => guest.heard.length >= said,
      () => `${said} messages, not ${guest.heard.length}`,
    )
  const [first, ...others] = guests.map(({ heard }) => heard)
  expect(first).toHaveLength(said)
  for (const other of others) expect(other).toEqual(first)
  // Of each guest, in the order in which it has spoken.
  for (const at of guests.keys()) {
    const own = first?.filter((text) => text.startsWith(`${at}:`)).map((text) => Number(text.slice(2))) ?? []
    expect(own).toEqual(own.toSorted((a, b) => a - b))
  }
  expect(guests.map(({ closed }) => closed)).toEqual(guests.map(() => false))
})
