/**
 * The tests that an adapter for a framework has to pass. See docs/adapters.md.
 * @module @zerodown/adapter-suite
 */
import type { Adapter, CheckName } from './adapter.ts'
import type { Check } from './check.ts'
import { answers } from './checks/answers.ts'
import { badRelease } from './checks/bad-release.ts'
import { inFlight } from './checks/in-flight.ts'
import { listen } from './checks/listen.ts'
import { load, unixLoad } from './checks/load.ts'
import { severalServers } from './checks/several-servers.ts'
import { shutdown } from './checks/shutdown.ts'
import { unused } from './checks/unused.ts'

export type { Adapter, CheckName, Expected, ListenComparison, Place } from './adapter.ts'

/** One test, for whichever runner: `it(title, { timeout }, run)`. */
export interface AdapterTest {
  readonly name: CheckName
  readonly title: string
  /** How long it may take on a busy machine. ms */
  readonly timeout: number
  /** Rejects if the adapter does not do what it should. */
  run(): Promise<void>
}

const CHECKS: Record<CheckName, Check> = {
  answers,
  'in flight': inFlight,
  'several servers': severalServers,
  listen,
  unused,
  'bad release': badRelease,
  shutdown,
  load,
  'unix load': unixLoad,
}

/** A large framework takes a second of processor time to start, and many where others want the processors, too. ms */
const TIMEOUT = 150_000

/**
 * The tests that an adapter has to pass. Each starts real processes, on Linux, and ends them; they may run one after the
 * other or side by side. The program that they start, and what it has to do: docs/adapters.md.
 */
export function adapterSuite(adapter: Adapter): AdapterTest[] {
  const leftOut = new Set(adapter.leaveOut)
  if (adapter.listen === undefined) leftOut.add('listen')
  const names = (Object.keys(CHECKS) as CheckName[]).filter((name) => !leftOut.has(name))
  return names.map((name) => {
    const { title, run } = CHECKS[name]
    return { name, title, timeout: TIMEOUT, run: () => run(adapter) }
  })
}
