/** Restarts the Express example ten times under load, and says what was lost. Exits 0 if that is nothing. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Load } from '@zerodown/load'
import colours from './colours.ts'
import { Example } from './example.ts'
import { Progress } from './progress.ts'
import { report } from './report.ts'
import type { Restart } from './restart.ts'
import { restart } from './restart.ts'
import { keptConnections, startWorkload } from './workload.ts'

const RESTARTS = 10
const WARM_UP = 1000

const example = new Example()
const progress = new Progress()

// Whatever ends the demo, the example ends with it.
process.on('exit', () => example.kill())
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130))
process.stdout.on('error', () => process.exit(1))

process.exitCode = (await demo()) ? 0 : 1

async function demo(): Promise<boolean> {
  const restarts: Restart[] = []
  let load: Load | undefined
  let trouble: unknown
  let connections = 0
  try {
    let current = await example.generation(1)
    const { host, port, pid } = current
    progress.say(`${colours.bold('examples/express')} listens on http://${host}:${port}, pid ${pid}`)
    load = startWorkload({ host, port })
    progress.begin(load)
    progress.now('warming up')
    await sleep(WARM_UP)
    connections = keptConnections(load.stats().workers)
    progress.say(`${connections} connections are kept, others come and go; no client ever retries\n`)
    for (let number = 1; number <= RESTARTS; number++) {
      progress.now(`restart ${number}/${RESTARTS}`)
      const [row, next] = await restart(example, load, current)
      restarts.push(row)
      current = next
      progress.restarted(number, RESTARTS, row)
    }
  } catch (error) {
    trouble = error
  }
  const stats = await load?.stop()
  progress.end()
  await example.end()
  if (stats !== undefined) process.stdout.write(`\n${report(restarts, stats, connections)}\n\n`)
  return verdict(restarts.length, stats?.failed, trouble)
}

function verdict(restarts: number, failed: number | undefined, trouble: unknown): boolean {
  if (trouble === undefined && failed === 0 && restarts === RESTARTS) {
    process.stdout.write(`${colours.green(`✓ ${RESTARTS} restarts, and not one request was lost`)}\n`)
    return true
  }
  const why = trouble instanceof Error ? trouble.message : `${failed} requests were lost`
  process.stdout.write(`${colours.red(`✗ ${restarts} of ${RESTARTS} restarts: ${why}`)}\n`)
  process.stdout.write(`\nThe last lines of the log:\n${example.log.map((line) => `  ${line}`).join('\n')}\n`)
  return false
}
