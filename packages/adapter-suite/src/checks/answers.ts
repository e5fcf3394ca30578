import assert from 'node:assert/strict'
import type { Expected } from '../adapter.ts'
import type { Check } from '../check.ts'
import { check } from '../check.ts'
import { inUse, isBy, restartAndLeave } from '../restarts.ts'
import type { Wire } from '../wire.ts'
import { GET } from '../wire.ts'

export const answers: Check = check('keeps its answers through a restart, on the same connection', async (stage) => {
  const { adapter } = stage
  const server = await stage.start()
  const wire = await stage.connect(server)
  await expectAnswers(wire, adapter.answers)

  await inUse([wire], restartAndLeave(server))

  await expectAnswers(wire, adapter.answers)
  assert.ok(isBy(server.latest, await wire.ask()), 'its connection has not moved to the successor')
  assert.equal(wire.closed, undefined)
})

async function expectAnswers(wire: Wire, expected: readonly Expected[] = []): Promise<void> {
  for (const { path, headers = {}, answer } of expected) {
    wire.write(GET(path, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)))
    const { status, body, close, headers: answered } = await wire.answer()
    const named = Object.keys(answer.headers ?? {}).map((name) => [name, answered.get(name)])
    assert.deepEqual(
      { path, status, body: body.toString(), headers: Object.fromEntries(named), close },
      { path, headers: {}, ...answer, close: false },
    )
  }
}
