import { describe, it } from 'vitest'
import { INITS, expectUnnoticed, startContainer } from '../run/stage/container.ts'

const RESTARTS = Number(process.env['ZERODOWN_TEST_RUNS'] ?? 20)

describe.each(INITS)('in a container with $title as PID 1', (init) => {
  it.runIf(init.runs)(`restarts ${RESTARTS} times under load without a lost request, and ends with 0`, async () => {
    await expectUnnoticed(await startContainer(init), RESTARTS)
  })
})
