import { cp, rename, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { FIXTURES, copyOf, startServer } from '../support/index.ts'
import { getJson } from './get.ts'
import { restartAndSettle } from './settle.ts'

it('starts the release that `current` points at now, where `node server.js` was started inside of it', async () => {
  const { folder, current } = await twoReleases()
  const server = await startServer(join(current, 'release.mjs'), {
    cwd: current,
    // A relative script; the absolute one that follows is only an argument to it.
    nodeArgs: ['release.mjs'],
  })
  expect(await getJson(server.target())).toEqual({ release: '1', cwd: '1' })

  await point(folder, '2')
  await restartAndSettle(server)
  expect(await getJson(server.target())).toEqual({ release: '2', cwd: '2' })

  // The way back is no other.
  await point(folder, '1')
  await restartAndSettle(server)
  expect(await getJson(server.target())).toEqual({ release: '1', cwd: '1' })
})

it('starts the release that `current` points at now, where an absolute path through it was given', async () => {
  const { folder, current } = await twoReleases()
  const server = await startServer(join(current, 'release.mjs'), { cwd: folder })
  expect(await getJson(server.target())).toMatchObject({ release: '1' })

  await point(folder, '2')
  await restartAndSettle(server)
  expect(await getJson(server.target())).toMatchObject({ release: '2' })
})

it('starts where it was started, when $PWD names another folder', async () => {
  const { folder, current } = await twoReleases()
  const server = await startServer(join(current, 'release.mjs'), { cwd: current, env: { PWD: FIXTURES } })
  await point(folder, '2')
  await restartAndSettle(server)
  expect(await getJson(server.target())).toEqual({ release: '2', cwd: '1' })
})

/** `releases/1`, `releases/2` and `current`, as deployment tools lay them out. */
async function twoReleases(): Promise<{ folder: string; current: string }> {
  const { folder } = await copyOf('release')
  for (const release of ['1', '2']) await cp(FIXTURES, join(folder, 'releases', release), { recursive: true })
  await point(folder, '1')
  return { folder, current: join(folder, 'current') }
}

/** In one step, as a deployment does it. */
async function point(folder: string, release: string): Promise<void> {
  await symlink(join('releases', release), join(folder, 'next'))
  await rename(join(folder, 'next'), join(folder, 'current'))
}
