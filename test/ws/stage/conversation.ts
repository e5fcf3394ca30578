import { setTimeout as wait } from 'node:timers/promises'
import { expect } from 'vitest'
import type { ServerProcess } from '../../support/index.ts'
import { restartAndLeave } from '../../support/index.ts'
import { WebSocketClient } from './client.ts'
import { Random } from './random.ts'

export interface Conversation {
  readonly clients: number
  /** How many each client sends. */
  readonly messages: number
  readonly restarts: number
  readonly seed: number
  /** How long it waits between two messages, at most. Default 40 ms */
  readonly pause?: number
  /** Of the request of each client, by its number. */
  readonly headersOf?: (client: number) => Readonly<Record<string, string>>
  readonly path?: string
  /** What the server puts before each answer. */
  readonly prefix?: string
  /** Default: it sends SIGUSR2 and waits until the old process has gone. */
  readonly restart?: (server: ServerProcess) => Promise<unknown>
  /** Of how many messages one is long, up to 100 kB. Default 20 */
  readonly longOneOf?: number
  /** How long the last answers may take. Default 20 000 ms */
  readonly patience?: number
  /** Where the server listens. */
  readonly target?: ReturnType<ServerProcess['target']>
}

/**
 * Many clients talk, by frames that are cut at random bytes, in fragments, with pings; meanwhile the server restarts. Each
 * answer has to come once, in order, and so has what the server sends on its own account.
 * @returns how many messages have gone each way
 */
export async function converse(
  server: ServerProcess,
  {
    clients,
    messages,
    restarts,
    seed,
    pause = 40,
    longOneOf = 20,
    headersOf = () => ({}),
    path = '/',
    prefix = '',
    target,
    patience = 20_000,
    restart = (one) => restartAndLeave(one, { leaves: 30_000 }),
  }: Conversation,
): Promise<{ answers: number; pushes: number; pongs: number }> {
  const open = await Promise.all(
    Array.from({ length: clients }, (_, at) =>
      WebSocketClient.open(target ?? server.target(), {
        path,
        headers: headersOf(at),
        random: new Random(seed * 1000 + at),
      }),
    ),
  )
  let over = false
  const talks = open.map((client, at) =>
    talk(client, new Random(seed * 2000 + at), messages, pause, longOneOf, () => over),
  )
  for (let round = 0; round < restarts; round += 1) await restart(server)
  over = true
  const sent = await Promise.all(talks)
  await Promise.all(
    open.map((client, at) =>
      client.until(() => answersOf(client).length >= (sent[at]?.length ?? 0), 'all answers', patience),
    ),
  )
  for (const [at, client] of open.entries()) check(client, sent[at] ?? [], prefix)
  for (const client of open) client.destroy()
  const sum = (count: (client: WebSocketClient) => number): number => open.reduce((all, one) => all + count(one), 0)
  return {
    answers: sum((one) => answersOf(one).length),
    pushes: sum((one) => pushesOf(one).length),
    pongs: sum((one) => one.pongs.length),
  }
}

/** Sends until it has sent enough, and the restarts are over. @returns what it has sent */
async function talk(
  client: WebSocketClient,
  random: Random,
  messages: number,
  pause: number,
  longOneOf: number,
  isOver: () => boolean,
): Promise<string[]> {
  const sent: string[] = []
  while (sent.length < messages || !isOver()) {
    const length = random.below(longOneOf) === 0 ? random.below(100_000) : random.below(200)
    const text = `${sent.length}:${'x'.repeat(length)}`
    sent.push(text)
    client.send(text)
    await wait(random.below(pause))
  }
  return sent
}

const isPush = (text: string): boolean => text.startsWith('push ')
const answersOf = ({ texts }: WebSocketClient): string[] => texts.filter((text) => !isPush(text))
const pushesOf = ({ texts }: WebSocketClient): string[] => texts.filter(isPush)

function check(client: WebSocketClient, sent: readonly string[], prefix: string): void {
  // Numbered by the server across its generations.
  const answers = answersOf(client).map((text) => text.replace(/^\d+ /, ''))
  expect(answers).toEqual(sent.map((text, at) => `${at + 1} ${prefix}${text}`))
  const generations = new Map<string, number>()
  for (const [, generation = '', number] of pushesOf(client).map((text) => text.split(' '))) {
    const before = generations.get(generation) ?? 0
    expect([generation, Number(number)]).toEqual([generation, before + 1])
    generations.set(generation, before + 1)
  }
  expect(client.end).toBeUndefined()
}
