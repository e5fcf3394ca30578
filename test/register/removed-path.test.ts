import { readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { expect, it } from 'vitest'
import { getJson } from '../restart/get.ts'
import type { ServerProcess } from '../support/index.ts'
import { tempDir, until } from '../support/index.ts'
import { startRegistered } from './start.ts'

/** The path is there, nothing else is, and this process serves it. */
async function serves(server: ServerProcess, folder: string, pid: number): Promise<void> {
  await until(
    async () => isDeepStrictEqual(await readdir(folder), ['socket']),
    () => `nothing but the path. ${server.output}`,
  )
  expect(await getJson({ socketPath: join(folder, 'socket') })).toEqual({ pid })
}

it.each(['before it listens', 'when it exits'])(
  'a unix path that the application removes %s is there after each restart, and after one that fails',
  async (when) => {
    const [folder, other] = [await tempDir(), await tempDir()]
    const fault = join(other, 'fault')
    const server = await startRegistered('register/removes-path.cjs', {
      address: `unix:${join(folder, 'socket')}`,
      env: { WHEN: when, FAULT_FILE: fault },
    })
    for (let restarts = 0; restarts < 2; restarts++) {
      const before = server.current()
      const { pid } = await server.restart()
      await server.waitForExit(before)
      await serves(server, folder, pid)
    }

    await writeFile(fault, '')
    server.signal('SIGUSR2')
    await server.waitForLog(/the restart failed/)
    await serves(server, folder, server.current())
    await rm(fault)

    const last = server.current()
    server.signal('SIGTERM')
    await server.waitForExit(last)
    expect(await readdir(folder)).toEqual([])
  },
)
