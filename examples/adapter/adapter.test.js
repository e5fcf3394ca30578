import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { adapterSuite } from '@zerodown/adapter-suite'
import { create } from '@zerodown/core'
import polka from 'polka'
import { withZerodown } from './with-zerodown.js'

// For the comparison of listen(), which is made in this process: not its signals, nor its end.
const instance = create({ signals: false, exit: false, logger: false })

const tests = adapterSuite({
  program: fileURLToPath(new URL('server.js', import.meta.url)),
  answers: [{ path: '/error', answer: { status: 500, body: 'handled: a fault was asked for' } }],
  listen: { bare: () => polka(), adapted: () => withZerodown(polka(), {}, instance) },
})

// Most of them wait most of the time, and may do so side by side.
describe('polka with zerodown', { concurrency: true }, () => {
  for (const { title, timeout, run } of tests) it(title, { timeout }, run)
})
