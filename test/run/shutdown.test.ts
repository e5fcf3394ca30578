import { once } from 'node:events'
import { connect } from 'node:net'
import type { Target } from '@zerodown/load'
import { expect, it } from 'vitest'
import { hold } from '../faults/stage/held.ts'
import { tempDir, until } from '../support/index.ts'
import { startSupervised } from './stage/supervised.ts'

/** What becomes of a client that comes now: an error code, or `connected`. */
async function arrival(target: Target): Promise<string> {
  const socket = connect('port' in target ? { ...target } : { path: target.socketPath })
  try {
    await once(socket, 'connect')
    return 'connected'
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'failed'
  } finally {
    socket.destroy()
  }
}

it.each([
  ['over TCP', () => '127.0.0.1:0', ['ECONNREFUSED']],
  ['over a unix socket', async () => `unix:${await tempDir()}/app.sock`, ['ECONNREFUSED', 'ENOENT']],
])('%s, who comes while all workers drain is refused, and not left to wait', async (_, address, refused) => {
  const { server, target } = await startSupervised('register/http.mjs', { slots: 2, address: await address() })
  const where = target()
  const held = await hold(where)
  server.signal('SIGTERM', server.pid)
  // In a moment each of them has accepted what waits, and closed its listener.
  let last = ''
  await until(
    async () => refused.includes((last = await arrival(where))),
    () => `a refusal, and not: ${last}`,
  )
  await held.finish()
  expect(await server.waitForExit()).toBe(0)
  expect(server.alive()).toEqual([])
})
