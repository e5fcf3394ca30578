import { describe, it } from 'vitest'
import { PATIENCE, WAYS, isLoad, isNest, testsOf } from './ways.ts'

describe.each(WAYS.filter(isNest))('$name', { timeout: PATIENCE }, (way) => {
  it.each(testsOf(way, isLoad))('%s', (_, run) => run())
  it.concurrent.each(testsOf(way, (name) => !isLoad(name)))('%s', (_, run) => run())
})
