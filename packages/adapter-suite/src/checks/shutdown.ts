import assert from 'node:assert/strict'
import type { Check } from '../check.ts'
import { check } from '../check.ts'
import type { ServerProcess } from '../processes/server-process.ts'
import { restartAndLeave } from '../restarts.ts'
import { beginSlow, expectSlowAnswer } from '../slow-answer.ts'

export const shutdown: Check = check(
  'runs shutdown hooks when all is answered, after a restart and at SIGTERM',
  async (stage) => {
    const server = await stage.start()
    const first = server.latest
    const slow = await beginSlow(await stage.connect(server))

    await Promise.all([restartAndLeave(server), expectSlowAnswer(slow)])
    await expectHook(server, first.generation)

    const last = server.latest
    const slowAgain = await beginSlow(await stage.connect(server))
    server.signal('SIGTERM')
    await expectSlowAnswer(slowAgain)
    assert.equal(await server.waitForExit(last.pid, 30_000), 0)
    await expectHook(server, last.generation)
  },
)

async function expectHook(server: ServerProcess, generation: number): Promise<void> {
  const line = new RegExp(`^\\{"hook":${generation},"open":(\\d+)\\}$`)
  const [, open] = await server.waitForLog(line)
  assert.equal(open, '0', 'a shutdown hook ran before all was answered')
  assert.equal(server.output.lines.filter((one) => line.test(one)).length, 1, 'a shutdown hook ran more than once')
}
