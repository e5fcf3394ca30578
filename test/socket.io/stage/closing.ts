import type { ServerProcess } from '../../support/index.ts'
import { until } from '../../support/index.ts'
import { expect } from 'vitest'
import type { ChatOptions } from './client.ts'
import { ChatClient } from './client.ts'

/** How long the drain may take. ms */
export const DRAIN = 4000
export const CLIENTS = 12
/** One is closed each 100 ms, but a client that polls hears of it when it has had what was sent before. ms */
export const SPREAD_OF_POLLS: number = (CLIENTS * 100) / 4
export const options: { drainTimeout: number } = { drainTimeout: DRAIN }

/** Opens clients, and notes when each of them was closed, in ms. */
export async function watch(
  server: Pick<ServerProcess, 'target'>,
  its: ChatOptions = {},
  count: number = CLIENTS,
): Promise<{ clients: ChatClient[]; closed: number[] }> {
  const clients = await Promise.all(Array.from({ length: count }, () => ChatClient.open(server.target(), its)))
  const closed: number[] = []
  for (const { sockets } of clients) sockets[0]?.socket.on('disconnect', () => closed.push(performance.now()))
  return { clients, closed }
}

/** The time between the first and the last. ms */
const spread = (times: readonly number[]): number => Math.max(...times) - Math.min(...times)

/** @param least for how long the closes go on, as the clients see it, ms */
export async function expectSpread(closed: readonly number[], least: number = DRAIN / 4): Promise<void> {
  await until(() => closed.length === CLIENTS, 'all to be closed', DRAIN + 10_000)
  expect(spread(closed)).toBeGreaterThan(least)
}
