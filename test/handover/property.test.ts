import { expect, it } from 'vitest'
import { expectSameAnswers } from './random/same-answers.ts'

it('random requests, cut at random bytes, are answered through restarts as if there were none', async () => {
  const runs = Number(process.env['ZERODOWN_TEST_RUNS'] ?? 25)
  expect(await expectSameAnswers({ runs, time: 20_000 })).toBeGreaterThan(0)
})
