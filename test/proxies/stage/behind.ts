import { expect } from 'vitest'
import { restartAndSettle } from '../../restart/settle.ts'
import type { ServerProcess } from '../../support/index.ts'
import { startServer } from '../../support/index.ts'
import type { Proxy } from './proxy.ts'
import type { Counted } from './wrk.ts'
import { Wrk } from './wrk.ts'

/** Restarts a server behind a proxy under load, so many times. */
export async function expectUnnoticed(proxy: Proxy, restarts: number): Promise<void> {
  const server = await startBehind()
  const { port, complaints } = await proxy.start(server.port)
  const wrk = await Wrk.start(port)
  for (let times = 0; times < restarts; times += 1) await restartAndSettle(server)
  // Then wrk breaks off what it is doing.
  const complained = await complaints()
  const counted = await wrk.stop()

  expect({ errors: errorsIn(counted), complained }).toEqual({ errors: {}, complained: [] })
  expect(counted.requests).toBeGreaterThan(restarts * 100)
  expect(handedOver(server)).toBeGreaterThanOrEqual(restarts)
}

/** Ends a server behind a proxy under load, and starts another one in its place. */
export async function expectNoticed(proxy: Proxy): Promise<void> {
  const server = await startBehind()
  const { port: upstream } = server
  const { port, complaints } = await proxy.start(upstream)
  const wrk = await Wrk.start(port)
  server.signal('SIGKILL')
  await server.waitForExit()
  await startBehind(`127.0.0.1:${upstream}`)
  const complained = await complaints()
  const { status } = await wrk.stop()

  expect(status).toBeGreaterThan(0)
  expect(complained).not.toEqual([])
}

const startBehind = (address = '127.0.0.1:0'): Promise<ServerProcess> =>
  startServer('proxied', { address, options: { probation: 100 } })

/** What went wrong, and how often. */
const errorsIn = (counted: Counted): Record<string, number> =>
  Object.fromEntries(Object.entries(counted).filter(([what, count]) => what !== 'requests' && count > 0))

/** How many connections have moved in all restarts so far. */
function handedOver({ output }: ServerProcess): number {
  return output.lines
    .map((line) => Number(/drained: .* (\d+) handed over/.exec(line)?.[1] ?? 0))
    .reduce((sum, count) => sum + count, 0)
}
