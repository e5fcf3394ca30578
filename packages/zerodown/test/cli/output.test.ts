import type { ServiceStatus } from '@zerodown/core/supervision'
import { describe, expect, it } from 'vitest'
import { Narrator, duration } from '../../src/cli/output/words.ts'
import { jsonReporter, plainReporter } from '../../src/cli/output/reporter.ts'
import type { Line } from '../../src/cli/service/control-client.ts'
import { statusTable } from '../../src/cli/status/table.ts'

const LINES: readonly Line[] = [
  { event: 'restarting', generation: 2, slot: 1, at: 1000 },
  { event: 'waiting', generation: 2, timeout: 10_000, slot: 1, at: 1000 },
  { event: 'launched', generation: 2, pid: 7, slot: 1, at: 3000 },
  { event: 'probation', generation: 2, pid: 7, duration: 1000, slot: 1, at: 3180 },
  { event: 'committed', generation: 2, pid: 7, slot: 1, at: 4200 },
  { event: 'draining', requests: 1, connections: 12, at: 4300 },
]

const written = (reporter: (write: (text: string) => void) => ReturnType<typeof plainReporter>): string => {
  let text = ''
  const { tell, end } = reporter((more) => (text += more))
  LINES.forEach((line) => tell(line))
  end('done')
  return text
}

describe('what happens is told', () => {
  it('in a line for each step, but for what changes all the time', () => {
    expect(written(plainReporter)).toBe(`slot 1: launching generation 2
slot 1: too many processes live: waiting for the oldest to finish, for 10.0 s at most
slot 1: generation 2 (pid 7) is ready in 180 ms; probation, 1.0 s
slot 1: generation 2 (pid 7) is in charge
done
`)
    const last = LINES.at(-1)
    expect(last && new Narrator().say(last)).toEqual({
      text: 'draining: 1 request and 12 connections left',
      passing: true,
    })
  })

  it('as it came, where JSON is asked for', () => {
    expect(written(jsonReporter)).toBe(LINES.map((line) => `${JSON.stringify(line)}\n`).join(''))
  })
})

it.each([
  [0, '0 ms'],
  [999.4, '999 ms'],
  [1000, '1.0 s'],
  [59_900, '59.9 s'],
  [60_000, '1 min'],
  [3_600_000, '1 h'],
  [47 * 3_600_000, '47 h'],
  [48 * 3_600_000, '2 d'],
])('%d ms are %s', (ms, text) => expect(duration(ms)).toBe(text))

describe('the table of a status', () => {
  const base = {
    since: 0,
    restartQueued: false,
    drain: undefined,
    warnings: [],
    weaknesses: [],
    successor: undefined,
    listeners: [],
  }
  const status: ServiceStatus = {
    zerodown: 1,
    pid: 1,
    slots: 2,
    state: 'restarting',
    ready: true,
    vacant: [],
    noRestart: undefined,
    restartQueued: true,
    lastRestart: { outcome: 'failed', at: 9000, duration: 200, code: 'E', message: 'no database' },
    processes: [
      {
        ...base,
        pid: 11,
        slot: 1,
        generation: 1,
        state: 'serving',
        inCharge: true,
        started: 4000,
        memory: 64 * 1024 ** 2,
        requests: 2,
        connections: [
          { kind: 'http1', open: 3, idle: 1 },
          { kind: 'upgraded', open: 4, idle: 0 },
        ],
        successor: { pid: 13, generation: 2, stage: 'starting' },
      },
      {
        ...base,
        pid: 12,
        slot: 2,
        generation: 1,
        state: 'unresponsive',
        inCharge: true,
        started: 0,
        memory: 0,
        requests: 0,
        connections: [],
      },
    ],
  }

  it('has a row for each process, the last restart, and who comes next', () => {
    const lines = statusTable(status, 10_000)
      .split('\n')
      .map((line) => line.trimEnd().replaceAll(/ {2,}/g, ' | '))
    expect(lines).toEqual([
      'restarting: 2 slots, supervisor 1, listens nowhere',
      'one more restart follows',
      'last restart: failed 1.0 s ago, took 200 ms',
      ' | no database',
      '',
      'slot | generation | pid | state | age | requests | connections | idle | memory',
      '1 | 1 | 11 | serving | 6.0 s | 2 | 7 | 1 | 64 MB',
      '2 | 1 | 12 | unresponsive | 10.0 s',
      'generation 2 (pid 13) is starting',
      '',
    ])
  })
})
