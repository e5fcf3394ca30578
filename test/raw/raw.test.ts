import { once } from 'node:events'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { startSupervised } from '../run/stage/supervised.ts'
import { FIXTURES, startServer, tempDir, until } from '../support/index.ts'
import type { Place } from './stage/client.ts'
import { Client, clientOf } from './stage/client.ts'

/** Asks again and again: `x 0`, `x 1`, ... until it is told to stop. */
async function chat(client: Client, over: AbortSignal): Promise<number> {
  let asked = 0
  for (; !over.aborted && !client.closed; asked += 1) {
    // In two parts, so that half a line may be on its way when the connection moves.
    client.say(`x ${String(asked).slice(0, 1)}`)
    await new Promise((resolve) => setTimeout(resolve, asked % 3))
    client.say(`${String(asked).slice(1)}\n`)
    await client.line(asked + 1)
  }
  return asked
}

const numbered = (lines: readonly string[]): string[] => lines.map((line) => line.replace(/ \d+$/, ''))

describe('connections of a line protocol', () => {
  it.each(['127.0.0.1:0', 'unix'])(
    'outlive restarts with what is known of them: no line is lost, on %s',
    async (where) => {
      const address = where === 'unix' ? `unix:${join(await tempDir(), 'raw.sock')}` : where
      const server = await startServer('raw-lines', { address, options: { probation: 0 } })
      const clients = Array.from({ length: 20 }, () => clientOf(server))
      const over = new AbortController()
      const talks = clients.map((client) => chat(client, over.signal))
      for (const client of clients) await client.line(5)
      for (let generation = 2; generation <= 5; generation += 1) {
        const before = server.current()
        await server.restart()
        await server.waitForExit(before)
        const from = clients.map(({ lines }) => lines.length)
        for (const [at, client] of clients.entries()) await client.line((from[at] ?? 0) + 3)
      }
      over.abort()
      const asked = await Promise.all(talks)
      for (const [at, client] of clients.entries()) {
        const answers = Array.from({ length: asked[at] ?? 0 }, (_, count) => `${count + 1} x ${count}`)
        expect(numbered(client.lines)).toEqual(['hello', ...answers])
        expect(client.lines.at(-1)).toMatch(/ 5$/)
        expect(client.closed).toBe(false)
      }
      expect(server.output.toString()).not.toMatch(/closed in generation/)
    },
  )

  it('move when their answer is out, and what is sent late from the old process arrives', async () => {
    const server = await startServer('raw-lines', { options: { probation: 0 } })
    const [slow, late] = [clientOf(server), clientOf(server)]
    for (const client of [slow, late]) await client.line(0)
    slow.say('slow 6000\nhalf a li')
    late.say('late 3000\n')
    await late.line(1)
    const before = server.current()
    await server.restart()
    await server.waitForLog(/has taken over/)
    while (!late.lines.at(-1)?.endsWith(' 2')) {
      late.say('next\n')
      await late.line(late.lines.length)
    }
    expect(await until(() => late.lines.find((line) => line.startsWith('late')), 'the late line')).toBe('late from 1')
    expect(await slow.line(1)).toBe('1 slow 6000 1')
    await server.waitForExit(before)
    slow.say('ne\n')
    expect(await slow.line(2)).toBe('2 half a line 2')
  })

  it('stay where they are if the new release does not take them, and end with the drain', async () => {
    const server = await startServer('raw-lines', {
      options: { probation: 0, drainTimeout: 1500 },
      env: { REFUSES: '2' },
    })
    const client = clientOf(server)
    await client.line(0)
    const before = server.current()
    await server.restart()
    client.say('still here\n')
    expect(await client.line(1)).toBe('1 still here 1')
    await once(client.socket, 'close')
    await server.waitForExit(before)
    expect(server.output.toString()).toMatch(/0 handed over, 0 closed idle, 1 cut/)
    expect(server.output.toString()).toMatch(
      /of the kind raw stay with the process that has them: this release takes nothing/,
    )
  })

  it('stay where they are if the new release knows nothing of them', async () => {
    const server = await startServer('raw-lines', { options: { drainTimeout: 1500 }, env: { WITHOUT_RAW: '1' } })
    const client = clientOf(server)
    await client.line(0)
    await server.restart()
    await server.waitForLog(/has taken over/)
    client.say('still here\n')
    expect(await client.line(1)).toBe('1 still here 1')
    const fresh = clientOf(server)
    expect(await fresh.line(0)).toBe('hello 2')
    await once(client.socket, 'close')
    await server.waitForLog(/0 handed over, 0 closed idle, 1 cut/)
  })

  it('are served on by the old process if the new one is killed in the middle, but for those that it had: they are counted', async () => {
    const server = await startServer('raw-lines', { env: { DIES_AT: '5' }, options: { drainTimeout: 5000 } })
    const clients = Array.from({ length: 20 }, () => clientOf(server))
    for (const client of clients) await client.line(0)
    const first = server.current()
    const second = await server.restart()
    await server.waitForExit(second.pid)
    await until(() => clients.some(({ closed }) => closed), 'the end of those that had moved')
    for (const client of clients) client.say('again\n')
    await until(() => clients.every(({ closed, lines }) => closed || lines[1] === '1 again 1'), 'an answer, or the end')
    const lost = clients.filter(({ closed }) => closed).length
    for (const client of clients) client.socket.end()
    await server.waitForExit(first)
    const [, finished, moved] = await server.waitForLog(/drained: (\d+) finished, (\d+) handed over/)
    const [, unconfirmed = '0'] = /(\d+) sent but not confirmed/.exec(server.output.toString()) ?? []
    expect(lost).toBeGreaterThan(0)
    expect({ lost, served: clients.length - lost }).toEqual({
      lost: Number(moved) + Number(unconfirmed),
      served: Number(finished),
    })
  })

  it('wait for a new process that was stopped, and go on when it goes on', async () => {
    const server = await startServer('raw-lines')
    const clients = Array.from({ length: 20 }, () => clientOf(server))
    for (const client of clients) await client.line(0)
    const first = server.current()
    const second = await server.restart()
    await server.waitForLog(/has taken over/)
    server.signal('SIGSTOP', second.pid)
    await new Promise((resolve) => setTimeout(resolve, 700))
    for (const client of clients) client.say('while it is stopped\n')
    server.signal('SIGCONT', second.pid)
    for (const client of clients) expect(await client.line(1)).toMatch(/^1 while it is stopped [12]$/)
    await server.waitForExit(first)
    for (const client of clients) client.say('after\n')
    for (const client of clients) expect(await client.line(2)).toBe('2 after 2')
  })

  it('move in each slot under a supervisor', async () => {
    const { server, target, roll } = await startSupervised(join(FIXTURES, 'raw-lines.mjs'))
    const clients = Array.from({ length: 8 }, () => new Client(target() as Place))
    for (const client of clients) {
      await client.line(0)
      client.say('before\n')
      expect(await client.line(1)).toBe('1 before 1')
    }
    expect(await roll()).toMatch(/restarted 2 slots/)
    for (const client of clients) {
      await until(() => {
        client.say('now\n')
        return client.lines.at(-1)?.endsWith(' 2')
      }, 'an answer of generation 2')
      expect(client.closed).toBe(false)
    }
    expect(server.output.toString()).not.toMatch(/closed in generation/)
  })
})
