import { describe, expect, it } from 'vitest'
import { WAYS, startWay } from '../frameworks/ways.ts'
import { expectLossless } from '../restart/lossless.ts'

const RESTARTS = Number(process.env['ZERODOWN_TEST_RUNS'] ?? 50)

describe.each(WAYS)('$name', (way) => {
  it(`restarts ${RESTARTS} times under mixed load: no request fails, and no connection is opened again`, async () => {
    const server = await startWay(way)
    const { requests, failed, reopened, elapsed } = await expectLossless(server, RESTARTS)
    const seconds = Math.round(elapsed / 1000)
    console.log(
      `${way.name}: ${RESTARTS} restarts in ${seconds} s, ${requests} requests, ${failed} failed, ${reopened} reopened`,
    )
    expect(reopened).toBe(0)
  })
})
