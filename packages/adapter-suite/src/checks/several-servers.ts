import assert from 'node:assert/strict'
import type { Check } from '../check.ts'
import { check } from '../check.ts'
import { inUse, isBy, restartAndLeave } from '../restarts.ts'

export const severalServers: Check = check('has several servers in one process, each at its address', async (stage) => {
  const server = await stage.start({ address: '127.0.0.1:0,127.0.0.1:0' })
  const { listening } = server.latest
  const wires = [await stage.connect(server, 0), await stage.connect(server, 1)]
  await Promise.all(wires.map((wire) => wire.ask()))

  await inUse(wires, restartAndLeave(server))

  assert.deepEqual(server.latest.listening, listening)
  for (const wire of wires) {
    assert.ok(isBy(server.latest, await wire.ask()), 'a connection has not moved to the successor')
  }
})
