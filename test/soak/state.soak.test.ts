import type { Stats } from '@zerodown/load'
import { startLoad } from '@zerodown/load'
import { expect, it } from 'vitest'
import { Client, cameTo, startCarrying } from '../carry/stage.ts'

const PAIRS = 5
const ENTRIES = 200_000
const SIZE = 400

interface Run {
  stats: Stats
  /** How large the state was on its way. bytes */
  bytes: number
}

it('90 MB go to the successor while 50 clients ask: their worst latency beside that of a restart without it', async () => {
  const runs: { carried: Run; without: Run }[] = []
  for (let pair = 0; pair < PAIRS; pair += 1) {
    // Whatever else the machine does, it does to both.
    const carried = pair % 2 === 0 ? await restartUnderLoad(true) : undefined
    const without = await restartUnderLoad(false)
    runs.push({ carried: carried ?? (await restartUnderLoad(true)), without })
  }
  for (const { carried, without } of runs) {
    console.log(`with ${(carried.bytes / 1e6).toFixed(1)} MB: ${inWords(carried)}; without: ${inWords(without)}`)
    expect([carried.stats, without.stats]).toMatchObject([{ failed: 0 }, { failed: 0 }])
    expect(carried.bytes).toBeGreaterThan(80_000_000)
  }
})

const inWords = ({ stats: { latency } }: Run): string =>
  `median ${latency.p50.toFixed(1)} ms, 99 % ${latency.p99.toFixed(1)} ms, worst ${latency.max.toFixed(1)} ms`

/** The same entries are in memory in both cases. */
async function restartUnderLoad(carries: boolean): Promise<Run> {
  const filled = { entries: ENTRIES, size: SIZE, without: !carries }
  const server = await startCarrying(
    { 1: filled, 2: { without: !carries, waits: true } },
    { options: { probation: 1000 } },
  )
  const load = startLoad({
    target: server.target(),
    workers: [{ kind: 'keepAlive', connections: 50, thinkTime: [5, 15], path: '/all' }],
  })
  await load.waitFor(({ ok }) => ok > 500)
  await server.restart()
  await server.waitForExit()
  const stats = await load.stop()
  const { cache } = carries ? await cameTo(server, 2) : {}
  if (carries) {
    expect(cache).toMatchObject({ entries: ENTRIES, complete: true })
    expect(await new Client(server).ask('/all')).toMatchObject({ generation: 2, cached: ENTRIES })
  }
  return { stats, bytes: cache?.bytes ?? 0 }
}
