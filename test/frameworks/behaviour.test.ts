import { describe, it } from 'vitest'
import { PATIENCE, WAYS, isLoad, testsOf } from './ways.ts'

// What is under load has a file of its own. The others wait most of the time, and do so together.
describe.each(WAYS)('$name', { timeout: PATIENCE }, (way) => {
  it.concurrent.each(testsOf(way, (name) => !isLoad(name)))('%s', (_, run) => run())
})
