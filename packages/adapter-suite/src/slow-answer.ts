import assert from 'node:assert/strict'
import type { Wire } from './wire.ts'

/** Begins a request that takes its time: a stream, so that it is known to have begun. */
export async function beginSlow(wire: Wire): Promise<Wire> {
  wire.get('/stream?chunks=5&ms=100')
  await wire.answerBegins()
  return wire
}

/** That one is answered, to its end. */
export async function expectSlowAnswer(wire: Wire): Promise<void> {
  const { status, body } = await wire.answer()
  // A kept connection would be waited for.
  wire.destroy()
  assert.deepEqual({ status, lines: body.toString().trim().split('\n').length }, { status: 200, lines: 5 })
}
