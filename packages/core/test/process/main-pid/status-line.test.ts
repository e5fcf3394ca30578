import { expect, it } from 'vitest'
import { draining, restarting, rolledBack, serving, tookOver } from '../../../src/process/main-pid/status-line.ts'

it('the line tells who serves, and what happens', () => {
  expect([serving(1), restarting(1), tookOver(2), draining(2)]).toEqual([
    'generation 1, serving',
    'generation 1, restarting: generation 2',
    'generation 2, serving; generation 1 is draining',
    'generation 2, draining',
  ])
  expect(serving('2 workers')).toBe('2 workers, serving')
})

it.each([
  ['the restart failed: it exited. Fix it.\nAnd restart.', 'the restart failed: it exited'],
  ['one\nline', 'one line'],
  ['the end.', 'the end'],
  [`${'x'.repeat(600)}`, 'x'.repeat(500)],
])('of an error it has the first sentence, in one line of bounded length: %j', (why, told) => {
  expect(rolledBack(3, why)).toBe(`generation 3, serving; ${told}`)
})
