import { setTimeout as wait } from 'node:timers/promises'
import { expect } from 'vitest'
import { restartAndSettle } from '../../restart/settle.ts'
import { startSupervised } from '../../run/stage/supervised.ts'
import type { ServerProcess } from '../../support/index.ts'
import { startServer } from '../../support/index.ts'
import type { Proxy } from './proxy.ts'
import type { Counted } from './wrk.ts'
import { Wrk } from './wrk.ts'

/** What stands behind a proxy. */
interface Service {
  readonly server: ServerProcess
  readonly port: number
  restart(): Promise<unknown>
}

export async function aServer(): Promise<Service> {
  const server = await startBehind()
  return { server, port: server.port, restart: () => restartAndSettle(server) }
}

/** Two workers of `zerodown run`. */
export async function twoWorkers(): Promise<Service> {
  const { server, target, roll } = await startSupervised('proxied.mjs')
  const to = target()
  if (!('port' in to)) throw new Error('It listens on no port.')
  return {
    server,
    port: to.port,
    restart: async () => expect(await roll()).toBe('restarted 2 slots'),
  }
}

/** Restarts a service behind a proxy under load, so many times. */
export async function expectUnnoticed(proxy: Proxy, start: () => Promise<Service>, restarts: number): Promise<void> {
  const { server, port: upstream, restart } = await start()
  const { port, complaints } = await proxy.start(upstream)
  const wrk = await Wrk.start(port)
  for (let times = 0; times < restarts; times += 1) await restart()
  // Then wrk breaks off what it is doing.
  const complained = await complaints()
  const counted = await wrk.stop()

  expect({ errors: errorsIn(counted), complained }).toEqual({ errors: {}, complained: [] })
  expect(counted.requests).toBeGreaterThan(restarts * 100)
  expect(handedOver(server)).toBeGreaterThanOrEqual(restarts)
}

/** Stops one of two servers behind a proxy that asks them for their health, under load. */
export async function expectNothingLostAtStop(proxy: Proxy): Promise<void> {
  const server = await startBehind('127.0.0.1:0', { shutdownDelay: 5000, drainTimeout: 3000 })
  const other = await startBehind()
  const { port, complaints } = await proxy.start(server.port, other.port)
  const wrk = await Wrk.start(port)
  server.signal('SIGTERM')
  expect(await server.waitForExit()).toBe(0)
  const complained = await complaints()
  const counted = await wrk.stop()

  const answered = complained.filter((complaint) => complaint.includes('5xx') || complaint.includes('wretr'))
  expect({ errors: errorsIn(counted), answered }).toEqual({ errors: {}, answered: [] })
  expect(complained).toContainEqual(expect.stringContaining('chkdown is 1'))
}

/** Ends a server behind a proxy under load, and starts another one in its place. */
export async function expectNoticed(proxy: Proxy): Promise<void> {
  const server = await startBehind()
  const { port: upstream } = server
  const { port, complaints } = await proxy.start(upstream)
  const wrk = await Wrk.start(port)
  // So that it has requests when it ends: it answers so fast that it may have none.
  server.signal('SIGSTOP')
  await wait(1000)
  server.signal('SIGKILL')
  await server.waitForExit()
  await startBehind(`127.0.0.1:${upstream}`)
  const complained = await complaints()
  const counted = await wrk.stop()

  // A 502 from nginx; HAProxy ends a client's connection without a word when a server's that was in use before ends.
  expect(errorsIn(counted)).not.toEqual({})
  expect(complained).not.toEqual([])
}

const startBehind = (address = '127.0.0.1:0', options: Record<string, unknown> = {}): Promise<ServerProcess> =>
  startServer('proxied', { address, options: { probation: 100, ...options } })

/** What went wrong, and how often. */
const errorsIn = (counted: Counted): Record<string, number> =>
  Object.fromEntries(Object.entries(counted).filter(([what, count]) => what !== 'requests' && count > 0))

/** How many connections have moved in all restarts so far. */
function handedOver({ output }: ServerProcess): number {
  return output.lines
    .map((line) => Number(/drained: .* (\d+) handed over/.exec(line)?.[1] ?? 0))
    .reduce((sum, count) => sum + count, 0)
}
