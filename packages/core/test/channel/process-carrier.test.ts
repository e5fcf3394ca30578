import type { ChildProcess } from 'node:child_process'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, it, onTestFinished } from 'vitest'
import { tempDir } from '../../../../test/support/index.ts'
import { carrierOf, inheritedCarrier } from '../../src/channel/process-carrier.ts'
import { nativeHandle } from '../../src/node/internals/handles.ts'
import { converse, serve } from '../support/http.ts'
import { NODE, programIn } from '../support/programs.ts'

/** A process that sends back what it gets. */
async function forkMirror(): Promise<ChildProcess> {
  const path = await programIn(
    await tempDir(),
    `process.on('message', (message, handle) => process.send(message, handle, { keepOpen: true }))
     process.send('here')`,
  )
  const child = fork(path, [], { execPath: NODE, execArgv: [] })
  const exited = once(child, 'exit')
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await exited
  })
  await once(child, 'message')
  return child
}

const isHandle = expect.objectContaining({ readStop: expect.any(Function) }) as object

describe('a carrier over a process', () => {
  it('carries messages and handles in their order, and leaves a handle open that it has sent', async () => {
    const carrier = carrierOf(await forkMirror())
    const { client, socket } = await converse((await serve((_, response) => response.end('here'))).server)
    const handle = nativeHandle(socket) as object
    const came: unknown[][] = []
    const all = new Promise<void>((resolve) => {
      carrier.onMessage((message, back) => {
        came.push([message, back])
        if (back !== undefined) (back as { close(): void }).close()
        if (came.length === 4) resolve()
      })
    })

    carrier.send({ first: 1 })
    const left = Promise.all([1, 2].map((n) => new Promise<void>((sent) => carrier.send({ n }, handle, sent))))
    carrier.send({ last: 1 })
    await Promise.all([all, left])

    expect(came).toEqual([
      [{ first: 1 }, undefined],
      [{ n: 1 }, isHandle],
      [{ n: 2 }, isHandle],
      [{ last: 1 }, undefined],
    ])
    client.say('GET / HTTP/1.1\r\nhost: a\r\n\r\n')
    await client.hears(/here$/)
  })

  it('ends with the process, and with its own closing; nothing is sent any more', async () => {
    for (const how of ['process', 'close'] as const) {
      const child = await forkMirror()
      const carrier = carrierOf(child)
      expect(carrier.open).toBe(true)
      const ended = new Promise<void>((resolve) => carrier.onEnd(resolve))
      if (how === 'close') carrier.close()
      else child.kill('SIGKILL')
      await ended
      carrier.send({ late: true })
      carrier.close()
      expect(carrier.open).toBe(false)
      await new Promise<void>((resolve) => carrier.onEnd(resolve))
    }
  })
})

describe('a carrier that should have come with the start', () => {
  it('has ended where there is no such descriptor', async () => {
    const carrier = inheritedCarrier(9999)
    expect(carrier.open).toBe(false)
    await new Promise<void>((resolve) => carrier.onEnd(resolve))
  })
})
