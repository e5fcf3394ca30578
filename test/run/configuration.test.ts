import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { zerodown } from '../cli/command.ts'
import { copyOf, startServer, tempDir, until } from '../support/index.ts'
import { CLI } from './stage/supervised.ts'

it('a configuration file says how the server is run, from the working directory on, and flags win', async () => {
  const { folder } = await copyOf('register/http')
  const said = {
    script: 'register/http.mjs',
    workers: 2,
    probation: 0,
    pidFile: 'run/app.pid',
    envFile: 'of-the-app.env',
  }
  await writeFile(join(folder, 'zerodown.config.mjs'), `export default ${JSON.stringify(said)}`)
  await writeFile(join(folder, 'of-the-app.env'), 'ADDRESS=127.0.0.1:0')
  await mkdir(join(folder, 'run'))

  const server = await startServer(CLI, { cwd: folder, args: ['run'], ready: false })
  await server.waitForLog(/2 workers serve$/)
  const pidFile = join(folder, 'run', 'app.pid')
  await until(async () => Number(await readFile(pidFile, 'utf8').catch(() => '')) === server.pid, 'its pid file')

  const other = await startServer(CLI, {
    cwd: folder,
    args: ['run', '-w', '1', '--pid-file', 'run/other.pid'],
    ready: false,
  })
  await other.waitForLog(/1 worker serves$/)
})

it('a configuration file with an unknown name is refused, and named', async () => {
  const folder = await tempDir()
  await writeFile(join(folder, 'package.json'), '{"zerodown": {"script": "server.js", "worker": 2}}')
  const { code, stderr } = await zerodown(['run'], { cwd: folder })
  expect(stderr).toMatch(
    /^zerodown: \S+package\.json, zerodown: worker: no such option\. There are: .*\nSee: zerodown run --help\n$/,
  )
  expect(code).toBe(2)
})

it('a pid file that cannot be written ends the supervisor before it starts anything', async () => {
  const folder = await tempDir()
  const { code, stderr } = await zerodown(['run', '--pid-file', 'none/app.pid', 'server.js'], { cwd: folder })
  expect(stderr).toMatch(/^zerodown: pidFile: cannot write \S+none\/app\.pid \(ENOENT.*\)\..*\n$/)
  expect(code).toBe(1)
})
