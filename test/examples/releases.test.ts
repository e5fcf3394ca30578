import { execFile } from 'node:child_process'
import { cp, mkdir, readdir, readlink, writeFile } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { startLoad } from '@zerodown/load'
import { expect, it } from 'vitest'
import { MIXED } from '../../packages/adapter-suite/src/mixed-load.ts'
import { startSupervised } from '../run/stage/supervised.ts'
import { cleanUp } from '../support/clean-up.ts'
import { FIXTURES, tempDir } from '../support/index.ts'

const SCRIPT = fileURLToPath(new URL('../../examples/releases/deploy.sh', import.meta.url))
const COMMANDS = fileURLToPath(new URL('../node_modules/.bin', import.meta.url))
const PATH = [dirname(process.execPath), COMMANDS, process.env['PATH']].join(delimiter)

/** The folder of a service, and a way to deploy to it. */
async function aService(): Promise<{ root: string; deploy(program: string): Promise<string> }> {
  const folder = await tempDir()
  const [root, source] = [join(folder, 'app'), join(folder, 'build')]
  await mkdir(root)
  await cp(FIXTURES, source, { recursive: true })
  await writeFile(join(source, 'package.json'), '{ "name": "app", "type": "module" }')
  await writeFile(join(source, 'package-lock.json'), '{ "name": "app", "lockfileVersion": 3, "packages": { "": {} } }')
  return {
    root,
    async deploy(program) {
      await writeFile(join(source, 'server.js'), program)
      const { stdout } = await promisify(execFile)(SCRIPT, [source, root], { env: { ...process.env, PATH } })
      return stdout
    },
  }
}

/** A server that says which release it is. */
const release = (name: string): string => `console.log('this is ${name}')\nawait import('./register/http.mjs')\n`

it('examples/releases: releases are deployed under load, a bad one changes nothing, and no request is lost', async () => {
  const { root, deploy } = await aService()
  expect(await deploy(release('release 1'))).toContain('is in place; start the server')
  const { server, target } = await startSupervised(join(root, 'current', 'server.js'), {
    cwd: root,
    flags: ['--pid-file', 'app.pid'],
  })
  const timesSaid = (line: string): number => server.output.lines.filter((one) => one === line).length
  expect(timesSaid('this is release 1')).toBe(2)
  const load = startLoad({ target: target(), workers: MIXED })
  cleanUp(() => load.stop(0))
  await load.waitFor(({ ok }) => ok > 50)

  expect(await deploy(release('release 2'))).toMatch(/releases\/\S+ serves/)
  expect(timesSaid('this is release 2')).toBe(2)

  const current = await readlink(join(root, 'current'))
  const bad: unknown = await deploy("throw new Error('a bad release')").catch((error: unknown) => error)
  expect(bad).toMatchObject({ code: 1, stderr: expect.stringContaining(`current is ${current} again`) as string })
  expect(await readlink(join(root, 'current'))).toBe(current)

  expect(await deploy(release('release 3'))).toMatch(/releases\/\S+ serves/)
  expect(timesSaid('this is release 3')).toBe(2)
  const { failed, reopened, firstFailures } = await load.stop()
  expect({ failed, reopened, firstFailures }).toEqual({ failed: 0, reopened: 0, firstFailures: [] })
  expect(await readdir(join(root, 'releases'))).toHaveLength(4)
})

it('examples/releases: the five newest releases are kept', async () => {
  const { root, deploy } = await aService()
  const olds = ['2026-01-01', '2026-01-02', '2026-01-03', '2026-01-04', '2026-01-05', '2026-01-06']
  for (const old of olds) await mkdir(join(root, 'releases', old), { recursive: true })
  await deploy(release('the newest'))
  await startSupervised(join(root, 'current', 'server.js'), { cwd: root, slots: 1, flags: ['--pid-file', 'app.pid'] })
  await deploy(release('newer still'))
  const kept = await readdir(join(root, 'releases'))
  expect(kept.filter((name) => olds.includes(name))).toEqual(['2026-01-04', '2026-01-05', '2026-01-06'])
  expect(kept).toHaveLength(5)
})
