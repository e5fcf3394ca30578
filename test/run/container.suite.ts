import { describe, it } from 'vitest'
import { INITS, expectUnnoticed, startContainer } from './stage/container.ts'

describe.each(INITS)('in a container with $title as PID 1', (init) => {
  it.runIf(init.runs)('restarts under load without a lost request, and ends with 0', async () => {
    await expectUnnoticed(await startContainer(init), 3)
  })
})
