import { describe, expect, it } from 'vitest'
import { expectLossless } from '../restart/lossless.ts'
import { startServer } from '../support/index.ts'
import { startRegistered } from './start.ts'

describe('listen() is what it was', () => {
  it.each(['option', 'NODE_OPTIONS'] as const)('for one who looks closely (by %s)', async (by) => {
    const server = await startRegistered('register/listen.cjs', { by, ready: false })
    await server.waitForLog(/^all as ever/)
    expect(await server.waitForExit()).toBe(0)
  })

  it('and supertest leaves no more behind than without', async () => {
    const server = await startServer('supertest', {
      nodeArgs: ['--import', 'zerodown/register'],
      env: { HOW: 'bare' },
      ready: false,
    })
    const [, told = ''] = await server.waitForLog(/^left: (.*)/)
    const { before, after } = JSON.parse(told) as { before: object; after: object }
    expect(after).toEqual(before)
    expect(await server.waitForExit()).toBe(0)
  })
})

it('gives a server to the instance that the application has made, once that is in charge', async () => {
  const server = await startRegistered('register/own-instance.mjs')
  await server.waitForLog(/^in charge: (starting|serving)/)
  const { listening } = server.latest
  await expectLossless(server, 2)
  expect(server.latest.listening).toEqual(listening)
})
