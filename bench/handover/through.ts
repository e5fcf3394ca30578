import { setTimeout as wait } from 'node:timers/promises'
import { startLoad } from '@zerodown/load'
import { median } from '../shared/statistics.ts'
import { Measured } from '../shared/measured.ts'

/** What clients see of restarts. Latencies in ms. */
export interface Through {
  readonly requests: number
  readonly failed: number
  readonly reopened: number
  readonly p999: number
  /** Of all requests, and of each restart the median of the worst. */
  readonly max: number
  readonly worst: number
}

const CONNECTIONS = 50
const THINK_TIME = [0, 10] as const
/** Before, between and after restarts: long enough for the old process to have left, or to be quiet. ms */
const CALM = 1500

/** Holds a moderate load on a server and restarts it. */
export async function through(program: string, args: string[], restarts: number): Promise<Through> {
  const server = await Measured.start(new URL(program, import.meta.url), args)
  const load = startLoad({
    target: { host: '127.0.0.1', port: server.port },
    workers: [{ kind: 'keepAlive', connections: CONNECTIONS, thinkTime: THINK_TIME }],
  })
  await wait(CALM)
  const worst: number[] = []
  for (let restart = 0; restart < restarts; restart++) {
    const { pid } = await server.who()
    load.takeMax()
    process.kill(pid, 'SIGUSR2')
    await wait(CALM)
    worst.push(load.takeMax())
  }
  const stats = await load.stop()
  await server.end()
  const { requests, failed, reopened, latency } = stats
  return { requests, failed, reopened, p999: latency.p999, max: latency.max, worst: median(worst) }
}
