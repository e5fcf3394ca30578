import { mkdir, rename, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { getJson } from '../restart/get.ts'
import { restartAndSettle } from '../restart/settle.ts'
import { FIXTURES, copyOf } from '../support/index.ts'
import { startRegistered } from './start.ts'

it.each(['option', 'NODE_OPTIONS'] as const)(
  'finds zerodown/register, by %s, in the release that `current` points at now',
  async (by) => {
    const { folder } = await copyOf('http')
    for (const release of ['1', '2']) await layOut(join(folder, 'releases', release), release)
    await point(folder, '1')
    const current = join(folder, 'current')
    const server = await startRegistered(join(current, 'server.cjs'), { cwd: current, by })
    const registered = (): Promise<unknown> => getJson(server.target())
    expect(await registered()).toEqual({ release: '1', registeredBy: '1' })

    await point(folder, '2')
    // The first is no longer there, nor is the folder in which the first process was started.
    await rename(join(folder, 'releases', '1'), join(folder, 'releases', 'old'))
    await restartAndSettle(server)
    expect(await registered()).toEqual({ release: '2', registeredBy: '2' })
    await restartAndSettle(server)
    expect(await registered()).toEqual({ release: '2', registeredBy: '2' })
  },
)

/** A release with packages of its own, as `npm ci` leaves them: a `zerodown/register` that tells which release's it is. */
async function layOut(release: string, name: string): Promise<void> {
  const zerodown = join(release, 'node_modules', 'zerodown')
  await mkdir(zerodown, { recursive: true })
  const manifest = { name: 'zerodown', type: 'module', exports: { './register': './register.js' } }
  await writeFile(join(zerodown, 'package.json'), JSON.stringify(manifest))
  const installed = import.meta.resolve('zerodown/register')
  await writeFile(join(zerodown, 'register.js'), `import '${installed}'\nglobalThis.registeredBy = '${name}'\n`)
  await writeFile(
    join(release, 'server.cjs'),
    `const { createServer } = require('node:http')
     const { serve } = require('${join(FIXTURES, 'register', 'shared.cjs')}')
     const answer = JSON.stringify({ release: '${name}', registeredBy: globalThis.registeredBy })
     serve((...address) => createServer((_, response) => response.end(answer)).listen(...address))`,
  )
}

/** In one step, as a deployment does it. */
async function point(folder: string, release: string): Promise<void> {
  await symlink(join('releases', release), join(folder, 'next'))
  await rename(join(folder, 'next'), join(folder, 'current'))
}
