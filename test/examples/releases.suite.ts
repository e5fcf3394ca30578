import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp, mkdir, readFile, readdir, readlink, writeFile } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { startLoad } from '@zerodown/load'
import { expect, it } from 'vitest'
import { MIXED } from '../../packages/adapter-suite/src/mixed-load.ts'
import { startSupervised } from '../run/stage/supervised.ts'
import { cleanUp } from '../support/clean-up.ts'
import { FIXTURES, tempDir, until } from '../support/index.ts'

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

/** Says which process is of which release. @param before what it runs first */
const ofItsOwn = (name: string, before = ''): string =>
  `console.log('${name} is process ' + process.pid)\n${before}\nawait import('./register/http.mjs')\n`

/** Lets the first process of a release start, and no other. */
const STARTS_ONCE = "import { mkdirSync } from 'node:fs'\nmkdirSync(new URL('started', import.meta.url))"

it('examples/releases: all slots are of the old release again, where the new one has failed in the second', async () => {
  const { root, deploy } = await aService()
  await deploy(ofItsOwn('release 1'))
  const { server, target, workers } = await startSupervised(join(root, 'current', 'server.js'), {
    cwd: root,
    flags: ['--pid-file', 'app.pid'],
  })
  const load = startLoad({
    target: target(),
    workers: [{ kind: 'keepAlive', connections: 4, thinkTime: [0, 10] }],
  })
  cleanUp(() => load.stop(0))
  await load.waitFor(({ ok }) => ok > 50)
  const current = await readlink(join(root, 'current'))

  const bad: unknown = await deploy(ofItsOwn('release 2', STARTS_ONCE)).catch((error: unknown) => error)

  expect(bad).toMatchObject({ code: 1, stderr: expect.stringContaining(`current is ${current} again`) as string })
  expect(await readlink(join(root, 'current'))).toBe(current)
  const said = server.output.lines
  expect(said.filter((line) => line.startsWith('release 2 is process'))).toHaveLength(2)
  expect(workers()).toHaveLength(2)
  expect(workers().filter((pid) => !said.includes(`release 1 is process ${pid}`))).toEqual([])
  const { failed, reopened, firstFailures } = await load.stop()
  expect({ failed, reopened, firstFailures }).toEqual({ failed: 0, reopened: 0, firstFailures: [] })
})

it('examples/releases: a release is in place for whoever starts the server again, where it was killed', async () => {
  const { root, deploy } = await aService()
  await deploy(release('release 1'))
  const flags = ['--pid-file', 'app.pid']
  const start = () => startSupervised(join(root, 'current', 'server.js'), { cwd: root, slots: 1, flags })
  const { server } = await start()
  await until(() => existsSync(join(root, 'app.pid')), 'its pid file')
  server.signal('SIGKILL', server.pid)
  await server.waitForExit()

  const said = await deploy(release('release 2'))
  expect(said).toContain(`${await readlink(join(root, 'current'))} is in place; start the server\n`)

  const { server: again } = await start()
  expect(again.output.lines).toContain('this is release 2')
  await until(async () => (await readFile(join(root, 'app.pid'), 'utf8')).trim() === String(again.pid), 'its pid there')
  expect(await deploy(release('release 3'))).toMatch(/releases\/\S+ serves/)
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
