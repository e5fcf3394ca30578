import { ZerodownError, create } from '@zerodown/core'
import { declare } from '@zerodown/core/adapter'
import { expect, it } from 'vitest'
import zerodown from '../src/index.ts'

it.each([
  ['what the package zerodown exports', () => zerodown.create()],
  ['an instance of core', () => create()],
])('an adapter can be given %s', (_, make) => {
  const instance = make()
  declare(instance, { probation: 7 })
  expect(() => declare(instance, { probation: 8 })).toThrow(ZerodownError)
})
