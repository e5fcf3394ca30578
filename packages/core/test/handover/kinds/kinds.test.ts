import { createServer } from 'node:net'
import { expect, it } from 'vitest'
import type { ConnectionKind } from '../../../src/handover/kinds/kind.ts'
import { KINDS, addKind, kindsOf } from '../../../src/handover/kinds/kinds.ts'
import { code } from '../../support/errors.ts'

const named = (name: string): ConnectionKind => ({
  name,
  isServedBy: () => true,
  obstacle: () => undefined,
  findIdle: () => [],
  freeze: () => undefined,
  receive: () => false,
})

it('a kind that was added is one of all, once', () => {
  const lines = named('lines')
  addKind(lines)
  addKind(lines)
  expect(KINDS.map(({ name }) => name)).toEqual(['http1', 'lines'])
  expect(kindsOf(createServer())).toEqual([lines])
})

it('two kinds of one name are two copies of a package, which is an error', () => {
  addKind(named('twice'))
  expect(() => addKind(named('twice'))).toThrow(code('KIND'))
  expect(() => addKind(named('http1'))).toThrow(code('KIND'))
})
