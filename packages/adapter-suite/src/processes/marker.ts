import { randomUUID } from 'node:crypto'
import { environmentOf, isAlive, listProcesses } from './processes.ts'

const NAME = 'TEST_SERVER_ID'
const RUN = 'ZERODOWN_TEST_RUN'

/** From here on, in this process and those it starts, all markers belong to one test run. */
export function beginRun(): void {
  process.env[RUN] = randomUUID()
}

/** Live processes of the whole test run. */
export function findOfRun(): number[] {
  return findWith((entry) => entry.startsWith(`${NAME}=${process.env[RUN]}/`))
}

/** A variable that all descendants of a process inherit, and by which they can be found when nobody knows their pids. */
export class Marker {
  readonly env: Record<string, string>
  #entry: string

  constructor() {
    const id = `${process.env[RUN] ?? ''}/${randomUUID()}`
    this.env = { [NAME]: id }
    this.#entry = `${NAME}=${id}`
  }

  /** The live processes that carry it, and their children, who may have been given another environment. */
  find(): number[] {
    return findWith((entry) => entry === this.#entry)
  }
}

function findWith(isMark: (entry: string) => boolean): number[] {
  const processes = listProcesses()
  const found = new Set(processes.map(({ pid }) => pid).filter((pid) => environmentOf(pid).some(isMark)))
  for (const { pid, parent } of processes) if (found.has(parent)) found.add(pid)
  return [...found].filter((pid) => isAlive(pid))
}
