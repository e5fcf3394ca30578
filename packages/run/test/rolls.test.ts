import type { Failure, GenerationInfo } from '@zerodown/core/supervision'
import { describe, expect, it, vi } from 'vitest'
import { arrived } from '../../core/test/support/carriers.ts'
import { Rolls } from '../src/rolls.ts'
import type { Slot } from '../src/slot.ts'

type Outcome = GenerationInfo | Failure

/** Slots whose restarts end when the test says so, in the order in which they began. */
function rolling(count: number) {
  const begun: number[] = []
  const ends: ((outcome?: Outcome) => void)[] = []
  const told: string[] = []
  const logger = { info: vi.fn<(message: string) => void>(), warn() {}, error: vi.fn<(message: string) => void>() }
  const slots = Array.from(
    { length: count },
    (_, at) =>
      ({
        number: at + 1,
        current: { generation: 4 },
        restart: () => {
          begun.push(at + 1)
          return new Promise<Outcome>((resolve) =>
            ends.push((outcome = { pid: 100 + at, generation: 5 }) => resolve(outcome)),
          )
        },
      }) as unknown as Slot,
  )
  const events = { began: () => void told.push('began'), over: () => void told.push('over') }
  const rolls = new Rolls(slots, logger, events)
  const end = async (outcome?: Outcome) => {
    ends.shift()?.(outcome)
    await arrived()
  }
  return { rolls, slots, begun, end, told, logger }
}

const FAILURE = { code: 'ERR_ZERODOWN_SUCCESSOR_EXITED', message: 'exited with code 1.' }

describe('a restart of all slots', () => {
  it('restarts one after the other', async () => {
    const { rolls, begun, end, told, logger } = rolling(2)
    const outcome = rolls.all()
    await arrived()
    expect([begun, told]).toEqual([[1], ['began']])
    await end()
    expect(begun).toEqual([1, 2])
    await end()
    expect(await outcome).toEqual({
      slots: [
        { pid: 100, generation: 5 },
        { pid: 101, generation: 5 },
      ],
    })
    expect(told).toEqual(['began', 'over'])
    expect(logger.info).toHaveBeenCalledExactlyOnceWith('restarted 2 slots')
  })

  it('stops at the first slot that fails, and says what that means for all', async () => {
    const { rolls, begun, end, told, logger } = rolling(4)
    const outcome = rolls.all()
    await arrived()
    await end()
    await end()
    await end(FAILURE)
    const message =
      'the restart stopped at slot 3 of 4: exited with code 1. Slots 1 to 2 have the new code; the others serve on as before.'
    expect(await outcome).toEqual({
      code: FAILURE.code,
      message,
      slot: 3,
      generation: 5,
      done: [
        { pid: 100, generation: 5 },
        { pid: 101, generation: 5 },
      ],
    })
    expect([begun, told]).toEqual([
      [1, 2, 3],
      ['began', 'over'],
    ])
    expect(logger.error).toHaveBeenCalledExactlyOnceWith(message)
  })

  it('of one slot says so', async () => {
    const { rolls, end, logger } = rolling(1)
    void rolls.all()
    await arrived()
    await end()
    expect(logger.info).toHaveBeenCalledExactlyOnceWith('restarted 1 slot')
  })

  it.each<[number, number, string, RegExp]>([
    [0, 1, 'ERR_ZERODOWN_LAUNCH', /slot 1 of 1: why\. It serves on as before\.$/],
    [0, 2, 'ERR_ZERODOWN_LAUNCH', /slot 1 of 2: why\. All slots serve on as before\.$/],
    [1, 2, 'ERR_ZERODOWN_LAUNCH', /slot 2 of 2: why\. Slot 1 has the new code; the other serves on as before\.$/],
    [1, 3, 'ERR_ZERODOWN_LAUNCH', /slot 2 of 3: why\. Slot 1 has the new code; the others serve on as before\.$/],
    [1, 2, 'ERR_ZERODOWN_SHUTTING_DOWN', /slot 2 of 2: why\.$/],
  ])('that fails after %i of %i slots, with %s, says how things are', async (good, all, code, says) => {
    const { rolls, end } = rolling(all)
    const outcome = rolls.all()
    await arrived()
    for (let done = 0; done < good; done += 1) await end()
    await end({ code, message: 'why.' })
    expect(await outcome).toMatchObject({ message: expect.stringMatching(says) })
  })

  it.each<[vacant: number[], good: number, all: number, says: RegExp]>([
    [[1], 0, 1, /slot 1 of 1: why\. Nothing is served until one is\.$/],
    [[1], 0, 2, /slot 1 of 2: why\. Slot 2 serves on as before\.$/],
    [[1, 2], 0, 4, /slot 1 of 4: why\. Slots 3, 4 serve on as before\.$/],
    [[2], 1, 2, /slot 2 of 2: why\. Slot 1 has the new code; nothing else serves\.$/],
    [[3], 2, 4, /slot 3 of 4: why\. Slots 1 to 2 have the new code; slot 4 serves on as before\.$/],
  ])(
    'that fails while no process is in charge of slots %j says that they do not serve',
    async (vacant, good, all, says) => {
      const { rolls, slots, end } = rolling(all)
      for (const number of vacant) Reflect.set(slots[number - 1] as Slot, 'current', undefined)
      const outcome = rolls.all()
      await arrived()
      for (let done = 0; done < good; done += 1) await end()
      await end({ code: 'ERR_ZERODOWN_NOT_READY', message: 'why.' })
      expect(await outcome).toMatchObject({ message: expect.stringMatching(says), generation: undefined })
    },
  )

  it('is followed by one more for all who ask meanwhile, after a failure as well', async () => {
    const { rolls, begun, end } = rolling(1)
    const first = rolls.all()
    await arrived()
    const [second, third] = [rolls.all(), rolls.all()]
    await end(FAILURE)
    expect(await first).toMatchObject({ slot: 1 })
    await end()
    expect(await second).toEqual(await third)
    await arrived()
    expect(begun).toEqual([1, 1])
  })

  it('that has not begun serves all who ask, as it does while one slot restarts by itself', async () => {
    const { rolls, slots, begun, end } = rolling(2)
    const alone = rolls.one(slots[1] as Slot)
    await arrived()
    const [first, second] = [rolls.all(), rolls.all()]
    expect(begun).toEqual([2])
    await end()
    expect(await alone).toBe(true)
    await end()
    await end()
    expect(await first).toBe(await second)
    await arrived()
    expect(begun).toEqual([2, 1, 2])
  })
})

it('a restart of one slot says whether it is done', async () => {
  const { rolls, slots, end } = rolling(1)
  const restart = rolls.one(slots[0] as Slot)
  await arrived()
  await end(FAILURE)
  expect(await restart).toBe(false)
})
