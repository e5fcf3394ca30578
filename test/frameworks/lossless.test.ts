import { describe, it } from 'vitest'
import { PATIENCE, WAYS, isLoad, testsOf } from './ways.ts'

describe.each(WAYS)('$name', { timeout: PATIENCE }, (way) => {
  it.each(testsOf(way, isLoad))('%s', (_, run) => run())
})
