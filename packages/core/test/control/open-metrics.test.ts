import { describe, expect, it } from 'vitest'
import { openMetrics } from '../../src/control/open-metrics.ts'
import type { ProcessStatus, ServiceStatus } from '../../src/control/service-status.ts'

const aProcess = (given: Partial<ProcessStatus> = {}): ProcessStatus => ({
  pid: 5,
  slot: undefined,
  generation: 3,
  state: 'serving',
  since: 0,
  started: 1_500,
  memory: 64,
  inCharge: true,
  listeners: [],
  connections: [{ kind: 'http1', open: 4, idle: 3 }],
  requests: 1,
  successor: undefined,
  restartQueued: false,
  drain: undefined,
  warnings: [],
  weaknesses: [],
  ...given,
})

const aService = (given: Partial<ServiceStatus> = {}): ServiceStatus => ({
  zerodown: 1,
  pid: 5,
  slots: undefined,
  state: 'serving',
  ready: true,
  vacant: [],
  noRestart: undefined,
  restartQueued: false,
  lastRestart: undefined,
  processes: [aProcess()],
  ...given,
})

describe('the metrics', () => {
  it('say what the status says, each family with its type, and end as the format asks', () => {
    const text = openMetrics(aService({ lastRestart: { outcome: 'failed', at: 2000, duration: 500 } }))
    expect(text.endsWith('# EOF\n')).toBe(true)
    const samples = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
    expect(samples).toEqual([
      'zerodown_ready 1',
      'zerodown_restarting 0',
      'zerodown_slots 1',
      'zerodown_slots_in_charge 1',
      'zerodown_last_restart_success 0',
      'zerodown_last_restart_timestamp_seconds 2',
      'zerodown_last_restart_duration_seconds 0.5',
      'zerodown_generation 3',
      'zerodown_connections{generation="3",kind="http1"} 4',
      'zerodown_idle_connections{generation="3",kind="http1"} 3',
      'zerodown_requests_in_flight{generation="3"} 1',
      'zerodown_process_resident_memory_bytes{generation="3"} 64',
      'zerodown_process_start_time_seconds{generation="3"} 1.5',
    ])
    const families = new Set(samples.map((line) => line.replace(/[{ ].*/, '')))
    for (const family of families) expect(text).toContain(`# TYPE ${family} gauge\n`)
  })

  it('name the slot, and only the last generation as the one in charge', () => {
    const draining = aProcess({ slot: 2, state: 'draining', successor: { pid: 6, generation: 4, stage: 'in charge' } })
    const text = openMetrics(aService({ slots: 2, processes: [draining, aProcess({ slot: 2, generation: 4 })] }))
    expect(text).toMatch(/^zerodown_generation\{slot="2"\} 4$/m)
    expect(text).not.toMatch(/^zerodown_generation.* 3$/m)
    expect(text).toMatch(/^zerodown_requests_in_flight\{slot="2",generation="3"\} 1$/m)
  })
})
