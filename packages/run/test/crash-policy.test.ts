import { describe, expect, it } from 'vitest'
import { CrashPolicy } from '../src/crash-policy.ts'

const crash = (policy: CrashPolicy, times: number, lived = 0): (number | undefined)[] =>
  Array.from({ length: times }, (_, at) => policy.crashed(lived, at))

describe('crashes of a slot', () => {
  it('are answered after a growing delay, which has an end', () => {
    expect(crash(new CrashPolicy(undefined), 9)).toEqual([100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000])
  })

  it('of one that has served for a while are answered at once, and the delay grows anew', () => {
    const policy = new CrashPolicy(undefined)
    crash(policy, 3)
    expect([policy.crashed(10_000), policy.crashed(9999), policy.crashed(0)]).toEqual([0, 100, 200])
  })

  it('may be too many within a time', () => {
    expect(crash(new CrashPolicy({ crashes: 3, within: 60_000 }), 3)).toEqual([100, 200, undefined])
    expect(crash(new CrashPolicy({ crashes: 1, within: 60_000 }), 1, 3_600_000)).toEqual([undefined])
  })

  it('count only as long as that time', () => {
    const policy = new CrashPolicy({ crashes: 2, within: 1000 })
    expect(policy.crashed(0, 0)).toBe(100)
    expect(policy.crashed(0, 1000)).toBe(200)
    expect(policy.crashed(0, 1999)).toBeUndefined()
  })

  it('are not what the system refuses to start, which delays the next start as well', () => {
    const policy = new CrashPolicy({ crashes: 2, within: 60_000 })
    expect([policy.notStarted(), policy.notStarted(), policy.crashed(0), policy.crashed(0)]).toEqual([
      100,
      200,
      400,
      undefined,
    ])
  })

  it('are never too many without a limit', () => {
    expect(crash(new CrashPolicy(undefined), 1000)).not.toContain(undefined)
  })
})
