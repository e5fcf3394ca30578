import { setTimeout as wait } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { Window } from '../../src/handover/window.ts'

it('one connection is frozen at a time, more for as long as the successor is quick, and fewer when it is not', async () => {
  const window = new Window()
  const sizes = [window.size]
  for (let passed = 0; passed < 6; passed += 1) {
    expect(await window.measure(Promise.resolve('fates'))).toBe('fates')
    sizes.push(window.size)
  }
  expect(sizes).toEqual([1, 2, 4, 8, 16, 32, 32])
  await window.measure(wait(30))
  expect(window.size).toBe(16)
  for (let passed = 0; passed < 5; passed += 1) await window.measure(wait(30))
  expect(window.size).toBe(1)
})
