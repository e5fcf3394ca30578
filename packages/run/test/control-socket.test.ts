import { once } from 'node:events'
import { existsSync, statSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { ControlSocket } from '../src/control-socket.ts'
import type { RollOutcome } from '../src/rolls.ts'

const logger = { info() {}, warn: vi.fn<(message: string) => void>(), error() {} }
const DONE: RollOutcome = { slots: [{ pid: 5, generation: 2 }] }

async function opened(restart: () => Promise<RollOutcome> = async () => DONE) {
  const folder = await mkdtemp(join(tmpdir(), 'zd-'))
  const path = join(folder, 'app.pid.sock')
  const control = new ControlSocket(path, 3, restart)
  onTestFinished(async () => {
    control.close()
    await rm(folder, { recursive: true })
  })
  await control.open(logger)
  return { path, control, folder }
}

/** Says this, and gives the lines that come until the other end closes. */
async function talk(path: string, ...says: string[]): Promise<unknown[]> {
  const socket = connect(path)
  onTestFinished(() => void socket.destroy())
  const lines: unknown[] = []
  createInterface({ input: socket }).on('line', (text) => lines.push(JSON.parse(text)))
  for (const text of says) socket.write(text)
  await once(socket, 'close')
  return lines
}

const GREETING = { zerodown: 1, pid: process.pid, slots: 3 }

describe('a control socket', () => {
  it('greets, restarts, and tells what came of it', async () => {
    const { path } = await opened()
    expect(await talk(path, '{"ask":"restart"}\n')).toEqual([GREETING, DONE])
    expect(await talk(path, '{"ask":', '"restart"}', '\n')).toEqual([GREETING, DONE])
  })

  it.each(['nonsense', 'null', '{}', '{"ask":"stop"}', '[]', ''])('restarts nothing for %j', async (text) => {
    const restart = vi.fn<() => Promise<RollOutcome>>(async () => DONE)
    const { path } = await opened(restart)
    expect(await talk(path, `${text}\n`)).toMatchObject([GREETING, { code: 'ERR_ZERODOWN_UNSUPPORTED' }])
    expect(restart).not.toHaveBeenCalled()
  })

  it('does not mind those who leave before the end', async () => {
    const ends: ((outcome: RollOutcome) => void)[] = []
    const { path } = await opened(() => new Promise((resolve) => ends.push(resolve)))
    const socket = connect(path)
    socket.write('{"ask":"restart"}\n')
    await vi.waitFor(() => expect(ends).toHaveLength(1))
    // The answer is written before the end of the client is seen: an error, EPIPE.
    socket.destroy()
    ends[0]?.(DONE)
    await once(socket, 'close')

    const again = talk(path, '{"ask":"restart"}\n')
    await vi.waitFor(() => expect(ends).toHaveLength(2))
    ends[1]?.(DONE)
    expect(await again).toEqual([GREETING, DONE])
  })

  it('does not listen for ever to who never comes to an end', async () => {
    const { path } = await opened()
    expect(await talk(path, 'x'.repeat(1001))).toMatchObject([GREETING, { code: 'ERR_ZERODOWN_UNSUPPORTED' }])
  })

  it('is for its own user only, in place of whatever was there, and is gone at the end', async () => {
    const { path, control } = await opened()
    expect(statSync(path).mode & 0o777).toBe(0o600)
    const next = new ControlSocket(path, 1, async () => DONE)
    await next.open(logger)
    control.close()
    expect(existsSync(path)).toBe(true)
    expect(await talk(path, '{"ask":"restart"}\n')).toHaveLength(2)
    next.close()
    expect(existsSync(path)).toBe(false)
  })

  it.each<[string, (folder: string) => string, RegExp]>([
    ['is too long', (folder) => join(folder, 'long'.repeat(30)), /too long/],
    ['is in no folder', (folder) => join(folder, 'none', 'a.sock'), /ENOENT|EACCES/],
    [
      'is in a file',
      (folder) => {
        writeFileSync(join(folder, 'file'), '')
        return join(folder, 'file', 'a.sock')
      },
      /ENOTDIR/,
    ],
  ])('whose path %s is a warning', async (_, pathIn, why) => {
    const { folder } = await opened()
    logger.warn.mockClear()
    const control = new ControlSocket(pathIn(folder), 1, async () => DONE)
    await control.open(logger)
    expect(logger.warn).toHaveBeenCalledExactlyOnceWith(
      expect.stringMatching(/^cannot listen on .*zerodown reload cannot tell/),
    )
    expect(logger.warn.mock.calls[0]?.[0]).toMatch(why)
    control.close()
  })
})
