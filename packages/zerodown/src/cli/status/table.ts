import type { ProcessStatus, ServiceStatus } from '@zerodown/core/supervision'
import Table from 'cli-table3'
import { colours } from '../output/colours.ts'
import { duration, megabytes } from '../output/words.ts'

const BARE = {
  chars: {
    top: '',
    'top-mid': '',
    'top-left': '',
    'top-right': '',
    bottom: '',
    'bottom-mid': '',
    'bottom-left': '',
    'bottom-right': '',
    left: '',
    'left-mid': '',
    mid: '',
    'mid-mid': '',
    right: '',
    'right-mid': '',
    middle: '  ',
  },
  style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
}

/** What a service says of itself, for people. */
export function statusTable(status: ServiceStatus, now: number = Date.now()): string {
  const { processes, slots } = status
  const supervised = slots !== undefined
  const head = ['generation', 'pid', 'state', 'age', 'requests', 'connections', 'idle', 'memory']
  const table = new Table({ ...BARE, head: (supervised ? ['slot', ...head] : head).map((name) => colours.dim(name)) })
  for (const process of processes) {
    const row = rowOf(process, now)
    table.push(supervised ? [String(process.slot ?? ''), ...row] : row)
  }
  return `${headline(status, now)}\n\n${table.toString()}\n${successorOf(processes)}`
}

function headline(
  { state, slots, pid, ready, restartQueued, lastRestart, processes }: ServiceStatus,
  now: number,
): string {
  const what = slots === undefined ? 'one process' : `${slots} ${slots === 1 ? 'slot' : 'slots'}, supervisor ${pid}`
  const listens = [...new Set(processes.flatMap(({ listeners }) => listeners.map(({ key }) => key)))].join(', ')
  const first = `${(ready ? colours.green : colours.yellow)(state)}: ${what}, ${listens || 'listens nowhere'}`
  const queued = restartQueued ? ['one more restart follows'] : []
  const last =
    lastRestart === undefined
      ? []
      : [
          `last restart: ${lastRestart.outcome === 'done' ? 'done' : colours.red('failed')} ` +
            `${duration(now - lastRestart.at)} ago, took ${duration(lastRestart.duration)}` +
            (lastRestart.message === undefined ? '' : `\n  ${lastRestart.message}`),
        ]
  return [first, ...queued, ...last].join('\n')
}

function rowOf(
  { generation, pid, state, started, requests, connections, memory }: ProcessStatus,
  now: number,
): string[] {
  const sum = (of: 'open' | 'idle'): number => connections.reduce((all, kind) => all + kind[of], 0)
  const known = state !== 'unresponsive'
  const numbers = [requests, sum('open'), sum('idle')].map((number) => (known ? String(number) : ''))
  return [
    String(generation),
    String(pid),
    state === 'unresponsive' ? colours.red(state) : state,
    duration(now - started),
    ...numbers,
    memory === 0 ? '' : megabytes(memory),
  ]
}

/** Of one that is not in charge yet, only its predecessor can tell. */
function successorOf(processes: readonly ProcessStatus[]): string {
  const pids = new Set(processes.map(({ pid }) => pid))
  return processes
    .flatMap(({ successor }) => (successor === undefined || pids.has(successor.pid) ? [] : [successor]))
    .map(({ generation, pid, stage }) => `generation ${generation} (pid ${pid}) is ${stage}\n`)
    .join('')
}
