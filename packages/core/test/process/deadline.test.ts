import { expect, it } from 'vitest'
import { deadline, within } from '../../src/process/deadline.ts'
import { programIn, runNode } from '../support/programs.ts'
import { tempDir } from '../../../../test/support/index.ts'

it('hears first what came while this process could not look, and judges then', async () => {
  // Blocked past the deadline, as if it had been stopped: by then the answer waits in a pipe.
  const program = await programIn(
    await tempDir(),
    `import { spawn } from 'node:child_process'
    import { once } from 'node:events'
    import { within } from '#dist/process/deadline.js'
    const child = spawn('echo', ['done'])
    const answered = within(50, once(child.stdout, 'data'))
    setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500))
    console.log(JSON.stringify(await answered))`,
  )
  expect(runNode([program])).toBe(true)
})

it('says that nothing has come', async () => {
  expect(await within(1, new Promise(() => {}))).toBe(false)
})

it('ends when it is told to, and passes an error on', async () => {
  const over = new AbortController()
  const waiting = deadline(60_000, over.signal)
  over.abort()
  await expect(waiting).rejects.toMatchObject({ name: 'AbortError' })
  await expect(within(60_000, Promise.reject(new Error('broken')))).rejects.toThrow('broken')
})
