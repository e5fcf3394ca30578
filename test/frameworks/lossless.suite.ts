import { describe, it } from 'vitest'
import { PATIENCE, WAYS, isLoad, isNest, testsOf } from './ways.ts'

const OWN = WAYS.filter((way) => !isNest(way) && way.registered !== true)

describe.each(OWN)('$name', { timeout: PATIENCE }, (way) => {
  it.each(testsOf(way, isLoad))('%s', (_, run) => run())
})
