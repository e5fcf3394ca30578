import { describe, expect, it } from 'vitest'
import { startServer } from '../support/index.ts'

describe.each(['5', '4'])('supertest on Express %s', (major) => {
  it.each(['express', 'attach', 'bare'])('leaves no listener, signal handler or open handle: %s', async (how) => {
    const tests = await startServer('supertest', { ready: false, env: { EXPRESS: major, HOW: how } })

    const [, told = ''] = await tests.waitForLog(/^left: (.*)/)
    const { before, after } = JSON.parse(told)

    expect(after).toEqual(before)
    expect(before.listeners).toMatchObject({ SIGUSR2: 0, SIGTERM: 0, SIGINT: 0 })
    expect(before.resources).toEqual([])
    // Nothing holds the process.
    expect(await tests.waitForExit()).toBe(0)
  })
})
