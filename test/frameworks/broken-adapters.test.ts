import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { AdapterTest, CheckName } from '@zerodown/adapter-suite'
import { adapterSuite } from '@zerodown/adapter-suite'
import { create } from '@zerodown/core'
import { describe, expect, it } from 'vitest'
import { FIXTURES } from '../support/index.ts'
import { PATIENCE } from './ways.ts'

interface Broken {
  framework(handler: () => void): object
  adapters: Record<string, (app: object, handler: () => void, options: object, instance: object) => object>
}

const broken = (await import(pathToFileURL(join(FIXTURES, 'broken-adapters.mjs')).href)) as Broken

const instance = create({ signals: false, exit: false, logger: false })
const handler = (): void => {}

function testOf(adapter: string, name: CheckName): AdapterTest {
  const { framework, adapters } = broken
  const tests = adapterSuite({
    program: join(FIXTURES, 'broken-adapter.mjs'),
    env: { ADAPTER: adapter },
    listen: {
      bare: () => framework(handler),
      adapted: () => adapters[adapter]?.(framework(handler), handler, {}, instance) ?? {},
    },
  })
  const found = tests.find((test) => test.name === name)
  if (found === undefined) throw new Error(`The suite has no ${name}.`)
  return found
}

const NAMES: readonly CheckName[] = ['answers', 'in flight', 'listen', 'unused', 'shutdown']

describe('the suite for adapters', { timeout: PATIENCE }, () => {
  it.concurrent.each(NAMES)('is content with an adapter that attaches before it listens: %s', async (name) => {
    await testOf('attaches before it listens', name).run()
  })

  it.concurrent.each<[string, CheckName, RegExp]>([
    ['never attaches', 'answers', /closed|All have ended/],
    ['never attaches', 'several servers', /closed|All have ended/],
    ['never attaches', 'bad release', /closed|All have ended/],
    ['never attaches', 'load', /All have ended/],
    ['never attaches', 'unix load', /All have ended/],
    ['attaches when it listens', 'answers', /ERR_ZERODOWN_ALREADY_LISTENING/],
    ['closes its connections at once', 'in flight', /closed/],
    ['listens to signals from the beginning', 'unused', /before anything listens/],
    ['listens to signals from the beginning', 'shutdown', /closed|exit/],
    ['keeps the callback to itself', 'listen', /called/],
    ['returns the application', 'listen', /returned/],
  ])('fails an adapter that %s: %s', async (adapter, name, why) => {
    await expect(testOf(adapter, name).run()).rejects.toThrow(why)
  })
})
