import { expect } from 'vitest'
import type { Scene } from './scene.ts'

/** A restart that must fail, and then one that must not. */
export async function failsThenSucceeds(
  scene: Scene,
  { code, says, mend }: { code: string; says: RegExp; mend: () => unknown },
): Promise<void> {
  const { server } = scene
  const before = await scene.standing()

  const failed = await scene.ask('restart')

  expect(failed).toMatchObject({ code, message: expect.stringMatching(says) })
  await scene.standsAsBefore(server.pid, before)
  await server.waitForLog(says)
  await scene.keepsAnswering()

  await mend()
  const { pid, generation } = await scene.ask('restart')

  expect({ generation, pidFile: scene.readPidFile() }).toEqual({ generation: 2, pidFile: `${pid}\n` })
  expect(await server.waitForExit()).toBe(0)
  await scene.keepsAnswering()
  await scene.nothingWasLost()
  expect(server.alive()).toEqual([pid])
  expect(server.zombies()).toEqual([])
}
