import { startLoad } from '@zerodown/load'
import type { Load, Worker } from '@zerodown/load'
import { expect } from 'vitest'
import { cleanUp } from '../../support/clean-up.ts'
import type { ServerProcess } from '../../support/index.ts'

export interface Moving {
  restarts: number
  /** Restart as soon as the last one's successor answers; else when it has answered for a while. */
  atOnce?: boolean
}

/** Restarts under load on each of the server's addresses, and expects that no client has noticed anything. */
export async function expectUnnoticed(
  server: ServerProcess,
  workers: readonly Worker[],
  { restarts, atOnce = false }: Moving,
): Promise<Load[]> {
  const loads = server.latest.listening.map((_, at) => startOn(server, at, workers))
  const answeredBy = (generation: number, times: number): Promise<unknown> =>
    Promise.all(loads.map((load) => load.waitFor(({ generations }) => (generations[generation] ?? 0) >= times, 30_000)))

  await answeredBy(1, workers.length)
  for (let generation = 2; generation <= restarts + 1; generation++) {
    expect(await server.restart(30_000)).toMatchObject({ generation })
    await answeredBy(generation, atOnce ? 1 : 2 * workers.length)
  }

  for (const load of loads) {
    const { failed, firstFailures, reopened, closedByServer, ok, requests } = await load.stop()
    expect({ firstFailures, failed, reopened, closedByServer, ok }).toEqual({
      firstFailures: [],
      failed: 0,
      reopened: 0,
      closedByServer: { announced: 0, unannounced: 0 },
      ok: requests,
    })
  }
  return loads
}

/** Every answer names the server that this address belongs to. */
function startOn(server: ServerProcess, at: number, workers: readonly Worker[]): Load {
  const load = startLoad({
    target: server.target(at),
    maxDuration: 25 * 60_000,
    workers: workers.map((worker) => ({
      ...worker,
      check: ({ headers }) =>
        headers.get('x-server') === String(at) ? undefined : `server ${headers.get('x-server')} answered for ${at}`,
    })),
  })
  cleanUp(() => load.stop(0))
  return load
}
