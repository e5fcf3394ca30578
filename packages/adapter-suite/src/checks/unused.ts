import assert from 'node:assert/strict'
import type { Check } from '../check.ts'
import { check } from '../check.ts'

export const unused: Check = check('leaves nothing behind where nothing listens', async (stage) => {
  const server = stage.run({ address: '' })
  const exit = await server.waitForExit(server.pid, 40_000)
  assert.equal(exit, 0, `a program that makes its application and does not listen ends with ${exit}. ${server.output}`)
  const [, signals] = await server.waitForLog(/"signals":(\[.*\])/)
  assert.equal(signals, '[]', 'signals are listened to before anything listens')
})
