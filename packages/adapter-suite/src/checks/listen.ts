import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { ListenComparison, Place } from '../adapter.ts'
import type { Check } from '../check.ts'
import { check } from '../check.ts'
import { seenOf } from '../seen.ts'

const HOST = '127.0.0.1'

const FORMS: NonNullable<ListenComparison['forms']> = [
  ({ port }) => [port],
  ({ port, host }) => [port, host],
  ({ port, host }) => [{ port, host }],
  ({ path }) => [path],
]

export const listen: Check = check('leaves listen() as it is: arguments, result, callback, errors', async (stage) => {
  const comparison = stage.adapter.listen
  assert.ok(comparison, 'the adapter gives nothing to compare')
  const folder = await stage.tempDir()
  const occupied = createServer().listen(0, HOST)
  stage.onEnd(() => occupied.close())
  await once(occupied, 'listening')
  const { port } = occupied.address() as AddressInfo
  const places: Record<string, Place> = {
    'where it can': { port: 0, host: HOST, path: join(folder, 'a.sock') },
    'where it cannot': { port, host: HOST, path: join(folder, 'none', 'a.sock') },
  }
  for (const form of comparison.forms ?? FORMS) {
    for (const [where, place] of Object.entries(places)) {
      for (const callback of [true, false]) await compare(comparison, form(place), { where, callback })
    }
  }
})

async function compare(
  comparison: ListenComparison,
  args: readonly unknown[],
  how: { where: string; callback: boolean },
): Promise<void> {
  const bare = await seenOf(comparison.bare(), args, how.callback, comparison.close)
  const adapted = await seenOf(comparison.adapted(), args, how.callback, comparison.close)
  assert.deepEqual({ args, ...how, ...adapted }, { args, ...how, ...bare })
}
