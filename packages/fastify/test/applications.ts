import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { create } from '@zerodown/core'
import type { Zerodown } from '@zerodown/core'
import Fastify5 from 'fastify'
import { onTestFinished } from 'vitest'
import { pluginFor } from '../src/index.ts'

const Fastify4 = createRequire(new URL('../../../test/package.json', import.meta.url))('fastify4') as typeof Fastify5

export const VERSIONS: readonly [string, typeof Fastify5][] = [
  ['Fastify 4', Fastify4],
  ['Fastify 5', Fastify5],
]

/** As a test wants it: nobody's signals, nobody's exit, no log. */
export const instanceOfOnesOwn = (): Zerodown => create({ signals: false, exit: false, logger: false })

export { pluginFor }

/** Closes with the test. */
export function closing<App extends { close(): PromiseLike<unknown> }>(app: App): App {
  onTestFinished(async () => void (await app.close()))
  return app
}

export const urlOf = (address: AddressInfo | string | null, protocol = 'http'): string => {
  if (typeof address === 'string' || address === null) throw new Error('no port')
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address
  return `${protocol}://${host}:${address.port}/`
}
