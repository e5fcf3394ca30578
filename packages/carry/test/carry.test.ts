import type * as Kinds from '@zerodown/core/kinds'
import { logger } from '@zerodown/core/kinds'
import { describe, expect, it, vi } from 'vitest'
import { carry } from '../src/index.ts'
import { whyNot } from '../src/messages.ts'
import type { CarryOptions } from '../src/options.ts'
import { settings, sidesOf } from './two-sides.ts'

// Both sides are in this process, and have one copy of the other end between them.
vi.mock('@zerodown/core/kinds', async (original) => {
  const kinds = await original<typeof Kinds>()
  return { ...kinds, socketPair: async () => ({ ...(await kinds.socketPair()), sent() {} }) }
})

const many = (n: number): [string, number][] => Array.from({ length: n }, (_, i) => [`key ${i}`, i])

describe('the entries', () => {
  it('come in order, all of them', async () => {
    const { taking, taken } = sidesOf({ give: () => many(5000) })
    expect(await taking.came).toMatchObject({ entries: 5000, complete: true, from: { pid: process.pid } })
    expect(taken).toEqual(many(5000))
    await taking.over
  })

  it('are asked for when nothing is on its way to the giver itself', async () => {
    let arrive: () => void = () => {}
    const ready = new Promise<void>((resolve) => (arrive = resolve))
    const give = vi.fn<() => number[]>(() => [1])
    const { taking, answered } = sidesOf({ give }, { ready })
    await answered
    expect(give).not.toHaveBeenCalled()
    arrive()
    expect(await taking.came).toMatchObject({ entries: 1 })
  })

  it('wait for a taker that is slow', async () => {
    let given = 0
    const give = function* (): Generator<string> {
      for (; given < 300; given += 1) yield 'x'.repeat(20_000)
    }
    let goOn: () => void = () => {}
    const stuck = new Promise<void>((resolve) => (goOn = resolve))
    const { taking } = sidesOf({ give, take: () => stuck, timeout: 10_000 })
    await vi.waitFor(() => expect(given).toBeGreaterThan(0))
    const settled = async (before = -1): Promise<number> => {
      await new Promise((resolve) => setTimeout(resolve, 100))
      return given === before ? given : settled(given)
    }
    expect(await settled()).toBeLessThan(300)
    goOn()
    expect(await taking.came).toMatchObject({ entries: 300, complete: true })
  })

  it.each([
    ['give() fails', { give: () => { throw new Error('broken') } }, 'broken'], // prettier-ignore
    ['give() gives no entries', { give: () => 42 as never }, 'it gives nothing that can be iterated'],
    ['something cannot be sent', { give: () => [() => 1] }, '()=>1 could not be cloned'],
    ['they are too large', { give: () => ['x'.repeat(100)], maxBytes: 50 }, 'it is larger than 50 bytes (maxBytes)'],
    ['they take too long', { give: () => new Promise<never>(() => {}), timeout: 100 }, '100 ms (timeout)'],
  ] satisfies [string, Partial<CarryOptions<unknown>>, string][])(
    'do not come where %s, and the log says why',
    async (_, options, why) => {
      const [warn, error] = [vi.spyOn(logger, 'warn'), vi.spyOn(logger, 'error')]
      const { taking } = sidesOf(options)
      expect(await taking.came).toBeUndefined()
      const said = [...warn.mock.calls, ...error.mock.calls].join('\n')
      expect(said.replaceAll(' ', '')).toContain(why.replaceAll(' ', ''))
      vi.restoreAllMocks()
    },
  )

  it('are dropped from the first that take() does not take', async () => {
    let times = 0
    const take = (): void => {
      times += 1
      if (times === 2) throw new Error('full')
    }
    const { taking } = sidesOf({ give: () => many(5000), take })
    const came = await taking.came
    expect(came).toMatchObject({ complete: false })
    expect(came?.entries).toBeLessThan(5000)
    await taking.over
    expect(times).toBe(2)
  })
})

describe('the changes', () => {
  it('come after the entries, from the commit on and at the end, and nothing comes twice', async () => {
    const changes = [['before the commit'], ['while it drains'], ['last']]
    let asked = 0
    const changed = (): string[] => changes[asked++] ?? []
    const { giving, taking, taken } = sidesOf({ give: () => ['entry'], changed })
    await taking.came
    expect(asked).toBe(0)
    giving.commit()
    await vi.waitFor(() => expect(taken).toEqual(['entry', 'before the commit']))
    await vi.waitFor(() => expect(taken).toHaveLength(3), 5000)
    await giving.finish(Promise.resolve())
    expect(taken).toEqual(['entry', 'before the commit', 'while it drains', 'last'])
    await taking.over
    expect(giving.finish(Promise.resolve())).toBeUndefined()
  })

  it('wait for the end of the walk, and so does the old process', async () => {
    let goOn: () => void = () => {}
    const give = async function* (): AsyncGenerator<string> {
      yield 'first'
      await new Promise<void>((resolve) => (goOn = resolve))
      yield 'second'
    }
    const { giving, taken } = sidesOf({ give, changed: () => ['change'] })
    await vi.waitFor(() => expect(taken).toEqual(['first']))
    giving.commit()
    const finished = giving.finish(Promise.resolve())
    goOn()
    await finished
    expect(taken).toEqual(['first', 'second', 'change'])
  })

  it('also come where not all entries did', async () => {
    const changes = ['change']
    const { giving, taken, taking } = sidesOf({
      give: () => ['x'.repeat(100)],
      changed: () => changes.splice(0),
      maxBytes: 50,
    })
    expect(await taking.came).toBeUndefined()
    giving.commit()
    await giving.finish(Promise.resolve())
    expect(taken).toEqual(['change'])
  })

  it('are missed with a line in the log where changed() fails, and the next ones come', async () => {
    const error = vi.spyOn(logger, 'error')
    let asked = 0
    const changed = (): string[] => {
      asked += 1
      if (asked === 1) throw new Error('broken')
      return ['change']
    }
    const { giving, taken, taking } = sidesOf({ changed })
    await taking.came
    giving.commit()
    await giving.finish(Promise.resolve())
    expect(taken).toEqual(['change'])
    expect(error.mock.calls.flat()).toEqual(["carry 'state': the successor has not got all that changed: broken."])
    error.mockRestore()
  })

  it('are none before the commit: the successor may still fail', async () => {
    const changed = vi.fn<() => string[]>(() => ['change'])
    const { giving, taking, taken } = sidesOf({ give: () => ['entry'], changed })
    await taking.came
    giving.stop()
    await taking.over
    expect(changed).not.toHaveBeenCalled()
    expect(taken).toEqual(['entry'])
    expect(giving.finish(Promise.resolve())).toBeUndefined()
  })
})

describe('the pipe', () => {
  it('is read by nobody who does not know what the giver has told the successor', async () => {
    const give = vi.fn<() => string[]>(() => ['secret'])
    const { taking, taken } = sidesOf(
      { give, timeout: 500 },
      { change: (message) => (message.refused === undefined ? { ...message, token: 'guessed' } : message) },
    )
    expect(await taking.came).toBeUndefined()
    expect(give).not.toHaveBeenCalled()
    expect(taken).toEqual([])
  })

  it('is believed by no successor where the giver does not know what that has said', async () => {
    const { taking, taken } = sidesOf({ give: () => ['forged'] }, { token: 'guessed' })
    expect(await taking.came).toBeUndefined()
    expect(taken).toEqual([])
  })
})

describe('carry()', () => {
  const options = { version: 1, give: () => [1], take() {} }

  it('has nothing to wait for in the first generation', async () => {
    expect(await carry('first', options)).toBeUndefined()
  })

  it('warns where a name is used again: from then on the last one counts', async () => {
    const warn = vi.spyOn(logger, 'warn')
    await carry('twice', options)
    await carry('twice', options)
    expect(warn.mock.calls.flat()).toEqual([expect.stringContaining("carry 'twice': this name was used before")])
    warn.mockRestore()
  })

  it.each([
    ['', options, /its name must be a string that is not empty, not ''/],
    ['x', undefined as never, /its options must be an object, not undefined/],
    ['x', { ...options, version: undefined as never }, /version must be a string or a number, not undefined/],
    ['x', { ...options, give: [] as never }, /give must be a function, not \[\]/],
    ['x', { ...options, take: undefined as never }, /take must be a function/],
    ['x', { ...options, changed: 1 as never }, /changed must be a function, not 1/],
    ['x', { ...options, maxBytes: 0.5 }, /maxBytes must be bytes, a whole number/],
    ['x', { ...options, timeout: 2 ** 31 }, /timeout must be ms, a whole number/],
  ])('refuses what cannot be meant: %j', (name, wrong, message) => {
    expect(() => carry(name, wrong)).toThrow(
      expect.objectContaining({ code: 'ERR_ZERODOWN_OPTION', message: expect.stringMatching(message) as string }),
    )
  })
})

it('whoever speaks in another way, or of another version, gets nothing', () => {
  const ask = { ask: 1, version: 1, maxBytes: 1, timeout: 1, token: '' }
  expect(whyNot(ask, settings({ version: 1 }))).toBeUndefined()
  expect(whyNot(ask, settings({ version: '1' }))).toBe('its version is "1", not 1')
  expect(whyNot({ ...ask, ask: 2 }, settings({}))).toMatch(/in another way/)
})
