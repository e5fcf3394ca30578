import { describe, expect, it } from 'vitest'
import { inFlight } from './stage/in-flight.ts'
import { programWith } from './stage/program.ts'
import { startSupervised } from './stage/supervised.ts'

/** The first process of a slot waits for SIGHUP before it listens, and says so. */
const waitsIn = (slot: number): string => `
  import zerodown from 'zerodown'
  if (zerodown.worker.slot === ${slot} && zerodown.generation === 1) {
    const awake = setInterval(() => {}, 1000)
    const told = new Promise((go) => process.once('SIGHUP', go))
    console.log('waits: ' + process.pid)
    await told
    clearInterval(awake)
  }`

/** One that ends in the place of that slot. */
const endsIn = (slot: number): string => `
  import zerodown from 'zerodown'
  if (zerodown.worker.slot === ${slot}) {
    console.log('waits: ' + process.pid)
    await new Promise((go) => { process.once('SIGHUP', go); setInterval(() => {}, 1000) })
    process.exit(7)
  }`

async function startingWith(source: string, slots: number) {
  const supervised = await startSupervised(await programWith(source), { slots, ready: false })
  const { server } = supervised
  const [, waiting] = await server.waitForLog(/waits: (\d+)/, { timeout: 40_000 })
  return { ...supervised, goOn: () => process.kill(Number(waiting), 'SIGHUP') }
}

describe('while a later slot starts for the first time', () => {
  it('a worker that is killed is replaced, and all slots come to serve', async () => {
    const { server, workers, goOn } = await startingWith(waitsIn(3), 4)
    const [victim = 0, other = 0] = workers()
    process.kill(victim, 'SIGKILL')
    await server.waitForLog(/slot 1 was ended by SIGKILL; starting it again in 100 ms/)
    const { pid } = await server.waitForAnnouncement(2)
    goOn()
    await server.waitForLog(/4 workers serve$/, { timeout: 40_000 })
    expect(workers().slice(0, 2)).toEqual([other, pid])
    expect(workers()).toHaveLength(4)
    expect(server.output.lines.filter((line) => line.includes('generation 2 listens'))).toHaveLength(1)
  })

  it('a program that ends there ends the supervisor, but those that serve drain', async () => {
    const starting = await startingWith(endsIn(2), 3)
    const { server, goOn } = starting
    const answers = await inFlight(starting, 3, 3000)
    goOn()
    await server.waitForLog(/slot 2 exited with code 7 before it served: giving up/)
    expect(await answers.complete()).toBe('3 of 3')
    expect(await server.waitForExit()).toBe(7)
    expect(server.alive()).toEqual([])
  })
})
