import { expect, it, onTestFinished } from 'vitest'
import type { PeerListener } from '../../src/channel/peers.ts'
import { peers } from '../../src/channel/peers.ts'
import { aServingProcess } from '../support/lifecycles.ts'

function part(listener: PeerListener): void {
  const { end } = peers('part', listener)
  onTestFinished(() => end())
}

it('a part of the application hears of the commit, and says its last words after the drain, before the hooks', async () => {
  const order: string[] = []
  part({
    committed: () => order.push('commit'),
    async leaving() {
      await new Promise((resolve) => setTimeout(resolve, 20))
      order.push('last words')
    },
  })
  const served = await aServingProcess()
  served.on.drained = () => order.push('drained')
  served.hooks.add(() => order.push('hook'))
  await served.lifecycle.restart()
  await served.emitted('stopped')
  expect(order).toEqual(['commit', 'drained', 'last words', 'hook'])
})

it('nobody hears anything at a shutdown: there is no successor to say it to', async () => {
  const order: string[] = []
  part({ committed: () => order.push('commit'), leaving: async () => void order.push('last words') })
  const served = await aServingProcess()
  await served.lifecycle.shutdown()
  expect(order).toEqual([])
})

it('last words that do not come to an end are given up, and a line says so', async () => {
  part({ leaving: () => new Promise(() => {}) })
  const served = await aServingProcess({ drainTimeout: 0 })
  await served.lifecycle.restart()
  await served.emitted('stopped')
  expect(served.lines).toContain('after 5000 ms the successor has not taken all that this process had to tell it last.')
})
