import { describe, it } from 'vitest'
import { PATIENCE, WAYS, isLoad, testsOf } from './ways.ts'

const REGISTERED = WAYS.filter(({ registered }) => registered === true)

describe.each(REGISTERED)('$name', { timeout: PATIENCE }, (way) => {
  it.each(testsOf(way, isLoad))('%s', (_, run) => run())
})
