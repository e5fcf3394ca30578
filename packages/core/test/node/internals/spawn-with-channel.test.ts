import { once } from 'node:events'
import { createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { tempDir } from '../../../../../test/support/index.ts'
import { spawnWithChannel } from '../../../src/node/internals/spawn-with-channel.ts'
import { NODE, programIn } from '../../support/programs.ts'
import { listen } from '../../support/servers.ts'

describe('a channel of one’s own', () => {
  it('carries messages and sockets both ways, and Node sets nothing up for the application', async () => {
    const program = await programIn(
      await tempDir(),
      `import { channelOver } from '#dist/node/internals/spawn-with-channel.js'
      const before = Reflect.ownKeys(process).length
      const heard = () => ['message', 'internalMessage', 'disconnect'].some((event) => process.listenerCount(event))
      const channel = channelOver(3)
      const left = [process.send, process.channel, process.connected, process.env.NODE_CHANNEL_FD]
      channel.on('message', (message, handle) => {
        const same = Reflect.ownKeys(process).length === before && !heard()
        channel.send({ message, left, same, fd: handle?.fd > 2 }, handle, { keepOpen: true }, () => channel.disconnect())
      })`,
    )
    const server = await listen(createServer())
    const child = spawnWithChannel({
      file: NODE,
      args: ['node', program],
      cwd: process.cwd(),
      env: { PATH: process.env['PATH'] },
      stdio: ['inherit', 'inherit', 'inherit'],
    })
    const answered = once(child, 'message')
    child.send('hello', (server as unknown as { _handle: never })._handle, { keepOpen: true })
    const [answer, handle] = await answered
    expect(answer).toEqual({ message: 'hello', left: [null, null, null, null], same: true, fd: true })
    expect((handle as { fd: number }).fd).toBeGreaterThan(2)
    ;(handle as { close: () => void }).close()
    expect(await once(child, 'exit')).toEqual([0, null])
  })
})
