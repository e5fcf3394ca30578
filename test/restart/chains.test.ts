import { describe, expect, it } from 'vitest'
import { startSupervised } from '../run/stage/supervised.ts'
import { cleanUp } from '../support/clean-up.ts'
import type { ServerProcess } from '../support/index.ts'
import { startServer } from '../support/index.ts'
import type { Answer } from './chains.ts'
import { ask } from './chains.ts'

/** Looks again and again how many processes live. @param others how many of them are no part of the chain */
function countLiving(server: ServerProcess, others = 0): () => number {
  let most = 0
  const look = (): void => void (most = Math.max(most, server.alive().length - others))
  const timer = setInterval(look, 20)
  cleanUp(() => clearInterval(timer))
  return () => {
    look()
    return most
  }
}

/** Restarts so many times, with an answer of so many seconds under way in each process that leaves. */
async function restartTimes(server: ServerProcess, times: number, seconds: number): Promise<Answer[]> {
  const target = server.target()
  const answers: Answer[] = []
  for (let generation = 1; generation <= times; generation += 1) {
    // Until then its predecessor accepts as well.
    if (generation > 1) await server.waitForLog(new RegExp(`generation ${generation} .* has taken over`))
    answers.push(await ask(target, seconds))
    await server.restart()
  }
  expect(answers.map((answer) => answer.generation)).toEqual(answers.map((_, at) => at + 1))
  return answers
}

const OPTIONS = { probation: 0, drainTimeout: 60_000 }

describe('restarts while older generations drain', () => {
  it('no more than maxGenerations live: a restart waits for the oldest, and nothing is cut', async () => {
    const server = await startServer('http', { options: { ...OPTIONS, maxGenerations: 2 } })
    const most = countLiving(server)
    const answers = await restartTimes(server, 2, 8)
    expect(await Promise.all(answers.map(({ end }) => end))).toEqual(answers.map(() => 'whole'))
    expect(most()).toBe(2)
    expect(server.output.toString()).toMatch(/maxGenerations: 2 processes .* waiting for the oldest to finish/)
    expect(server.output.toString()).not.toMatch(/[1-9]\d* cut/)
  })

  it('a restart that waits for the oldest is given up at a shutdown, and nothing is cut', async () => {
    const server = await startServer('http', { options: { ...OPTIONS, maxGenerations: 2 } })
    const [answer] = await restartTimes(server, 1, 6)
    await server.waitForLog(/generation 2 .* has taken over/)
    server.signal('SIGUSR2')
    await server.waitForLog(/waiting for the oldest to finish/)
    const { pid } = server.latest
    server.signal('SIGTERM')
    await server.waitForLog(/the restart was given up: this process shuts down/)
    expect(await answer?.end).toBe('whole')
    expect([await server.waitForExit(), await server.waitForExit(pid)]).toEqual([0, 0])
  })

  it('one that does not finish in time is cut, counts what is lost, and says so', async () => {
    const server = await startServer('http', { options: OPTIONS })
    const most = countLiving(server)
    const answers = await restartTimes(server, 4, 60)
    // The fifth process needs the room of the first.
    expect(await answers[0]?.end).toBe('cut')
    expect(await server.waitForExit()).toBe(0)
    expect(most()).toBe(4)
    expect(server.output.lines.filter((line) => /warning|[1-9]\d* cut in/.test(line))).toEqual([
      expect.stringMatching(
        `${server.pid}\\] warning: maxGenerations: 4 processes .* this is the oldest; to make room, 1 connection was cut`,
      ),
      expect.stringMatching(`${server.pid}\\] drained: .* 1 cut in`),
    ])
  })

  it('all requests are answered where maxGenerations allows for it', async () => {
    const server = await startServer('http', { options: { ...OPTIONS, maxGenerations: 30 } })
    const answers = await restartTimes(server, 6, 5)
    expect(await Promise.all(answers.map(({ end }) => end))).toEqual(answers.map(() => 'whole'))
    for (const { pid } of server.announcements.slice(0, -1)) expect(await server.waitForExit(pid)).toBe(0)
    expect(server.output.toString()).not.toMatch(/maxGenerations|[1-9]\d* cut/)
  })

  it('one that crashes while it drains takes none before it along, and the service restarts on', async () => {
    const server = await startServer('http', { options: OPTIONS })
    const answers = await restartTimes(server, 2, 5)
    await server.waitForLog(/generation 3 .* has taken over/)
    const [first, second] = server.announcements.map(({ pid }) => pid)
    server.signal('SIGKILL', second)
    await server.restart()
    expect(await Promise.all(answers.map(({ end }) => end))).toEqual(['whole', 'cut'])
    expect(await server.waitForExit(first as number)).toBe(0)
  })

  it('each slot of zerodown run has its own', async () => {
    const { server, target, roll } = await startSupervised('register/http.mjs', {
      slots: 2,
      flags: ['--max-generations', '2', '--drain-timeout', '60000'],
    })
    // Of both slots; and there is the supervisor.
    const most = countLiving(server, 1)
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(target(), 5)))
    await roll()
    expect(await Promise.race([...answers.map(({ end }) => end), 'under way'])).toBe('under way')
    await roll()
    expect(await Promise.all(answers.map(({ end }) => end))).toEqual(answers.map(() => 'whole'))
    expect(most()).toBe(4)
    expect(server.output.toString()).toMatch(/maxGenerations: 2 processes of this service may live; waiting/)
  })
})
