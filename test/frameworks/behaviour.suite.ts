import { describe, it } from 'vitest'
import { PATIENCE, WAYS, isLoad, isNest, testsOf } from './ways.ts'

const OTHERS = WAYS.filter((way) => !isNest(way))

// What is under load has files of its own. The others wait most of the time, and do so together.
describe.each(OTHERS)('$name', { timeout: PATIENCE }, (way) => {
  it.concurrent.each(testsOf(way, (name) => !isLoad(name)))('%s', (_, run) => run())
})
