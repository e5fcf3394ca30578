import { describe, expect, it } from 'vitest'
import type { Context } from '../../src/lifecycle/context.ts'
import type { Restarts } from '../../src/lifecycle/restarts.ts'
import { serviceOf } from '../../src/lifecycle/service.ts'
import type { State } from '../../src/status.ts'
import { ProcessState } from '../../src/lifecycle/state.ts'
import { aServingProcess, anOrigin, good } from '../support/lifecycles.ts'

/** A process in some state. @param predecessor `undefined`: it is in charge without one */
function serviceIn(state: State, predecessor?: { takeOver?: 'commit'; ends?: boolean }, taker?: object): string {
  const current = new ProcessState()
  current.enter(state)
  const origin = anOrigin(predecessor && ({ predecessor: { ends: false, ...predecessor } } as object))
  return serviceOf({ origin, state: current } as Context, { taker } as Restarts)
}

describe('the service', () => {
  it('starts, is up, and ends with a process that is in charge', () => {
    const services = (['starting', 'serving', 'restarting', 'draining', 'stopped'] as const).map((state) =>
      serviceIn(state),
    )
    expect(services).toEqual(['starting', 'up', 'up', 'shutting down', 'shutting down'])
  })

  it('is up, whatever its successor does before it is in charge', () => {
    for (const state of ['starting', 'serving', 'draining', 'stopped'] as const) {
      expect(serviceIn(state, {})).toBe('up')
    }
  })

  it('ends in a successor as well whose predecessor ends', () => {
    expect(serviceIn('draining', { ends: true })).toBe('shutting down')
    expect(serviceIn('serving', { ends: true })).toBe('up')
  })

  it('ends with a successor that has taken over', () => {
    expect(serviceIn('draining', { takeOver: 'commit' })).toBe('shutting down')
  })

  it('is up in a process that has a successor', () => {
    for (const state of ['draining', 'stopped'] as const) expect(serviceIn(state, undefined, {})).toBe('up')
  })
})

it('a restart leaves it up in the old process, until that has gone', async () => {
  const process = await aServingProcess({}, [good])
  expect(process.lifecycle.service).toBe('up')
  const seen = new Set<string>()
  for (const name of ['restarting', 'launched', 'probation', 'committed', 'draining', 'stopped'] as const) {
    process.on[name] = () => void seen.add(`${name}: ${process.lifecycle.service}`)
  }
  await process.lifecycle.restart()
  await process.emitted('stopped')
  expect([...seen]).toEqual([
    'restarting: up',
    'launched: up',
    'probation: up',
    'committed: up',
    'draining: up',
    'stopped: up',
  ])
})

it('a shutdown ends it from its first moment on', async () => {
  const process = await aServingProcess({ shutdownDelay: 20 })
  const seen: string[] = []
  process.on.draining = () => seen.push(process.lifecycle.service)
  await process.lifecycle.shutdown()
  expect(seen).toEqual(['shutting down'])
})
