import { availableParallelism, cpus, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { endProgress } from '../shared/progress.ts'
import { colours, writeResults } from '../shared/report.ts'
import { measureDistribution } from './distribution.ts'
import type { Distribution } from './distribution.ts'
import { measureRestarts } from './restarts.ts'
import type { RestartSide } from './restarts.ts'
import { SIDES, pm2, pm2Version, zerodown } from './sides.ts'
import { measureSpeed } from './speed.ts'
import type { Turn } from './speed.ts'
import { clientsShare, distributionTable, restartTable, speedTable } from './tables.ts'

// What zerodown run does with several processes, beside node:cluster and the cluster mode of pm2.

const OURS = 'zerodown run'

/** More than that say nothing new, and the one client cannot keep them busy. */
const MOST_WORKERS = 8

const { values } = parseArgs({
  options: {
    rounds: { type: 'string' },
    turns: { type: 'string' },
    restarts: { type: 'string' },
    /** As in 1,2,4. */
    workers: { type: 'string' },
    /** As few as it takes to see that it works. */
    quick: { type: 'boolean', default: false },
  },
})
const rounds = Number(values.rounds ?? (values.quick ? 1 : 2))
const turns = Number(values.turns ?? (values.quick ? 2 : 16))
const restarts = Number(values.restarts ?? (values.quick ? 1 : 5))
const requests = values.quick ? { kept: 1000, fresh: 200 } : { kept: 3000, fresh: 750 }
const most = Math.min(MOST_WORKERS, Math.max(4, availableParallelism()))
const numbersOfWorkers = values.workers?.split(',').map(Number) ?? (values.quick ? [2] : [1, 2, most])
const distributedOver = numbersOfWorkers.at(-1) ?? most
const COUNTS = [1, 30, values.quick ? 100 : 1000]
const RESTARTED = 2

// A signal ends what was started as well.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(1))

const began = performance.now()
const load = loadavg()
const kept = new Map<number, Turn<string>[]>()
const fresh = new Map<number, Turn<string>[]>()
for (const workers of numbersOfWorkers) {
  const speeds = await measureSpeed(SIDES, { workers, rounds, turns, requests })
  kept.set(workers, speeds.kept)
  fresh.set(workers, speeds.fresh)
}

const distribution: Record<string, Distribution> = {}
for (const [name, side] of Object.entries(SIDES)) {
  distribution[name] = await measureDistribution(name, side, distributedOver, COUNTS)
}

const restarted: Record<string, RestartSide> = { 'zerodown reload': { side: zerodown, args: [] } }
if (pm2 !== undefined) {
  restarted['pm2 reload'] = { side: pm2, args: [] }
  restarted['pm2 reload, server.close() on SIGINT'] = { side: pm2, args: ['graceful'] }
}
const seen = await measureRestarts(restarted, RESTARTED, restarts)

endProgress()
console.log(`\n${colours.bold('zerodown run beside node:cluster and pm2')}\n`)
console.log(`Node ${process.version}, ${cpus()[0]?.model ?? process.arch}, ${availableParallelism()} cores`)
console.log(pm2Version === undefined ? 'pm2 is not installed, and so it is left out' : `pm2 ${pm2Version}`)
console.log(
  (distribution[OURS]?.sockets ?? 0) > 1
    ? 'each worker of zerodown run has a listening socket of its own (reusePort)'
    : 'all workers of zerodown run share one listening socket',
)
const client = [...kept.values(), ...fresh.values()].map((all) => clientsShare(all).toFixed(2))
console.log(`share of a core that the client used, table by table: ${client.join(', ')}`)
console.log(`load of the machine before: ${load.map((value) => value.toFixed(1)).join(', ')}`)
console.log(`took ${((performance.now() - began) / 1000).toFixed(0)} s\n`)
for (const table of [
  speedTable('kept connections', OURS, kept),
  speedTable('fresh connections', OURS, fresh),
  distributionTable(distributedOver, COUNTS, distribution),
  restartTable(RESTARTED, seen),
]) {
  console.log(`${table}\n`)
}
writeResults({
  name: 'cores',
  samples: { kept: Object.fromEntries(kept), fresh: Object.fromEntries(fresh), distribution, restarts: seen },
})
