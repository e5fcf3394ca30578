import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { FIXTURES, startServer, tempDir } from '../support/index.ts'
import { programWith } from './stage/program.ts'
import { CLI, startSupervised } from './stage/supervised.ts'

const SAYS = `console.log('variables: ' + process.env.ONE + ' ' + process.env.BOTH)`

async function envFile(text: string): Promise<string> {
  const path = join(await tempDir(), 'app.env')
  await writeFile(path, text)
  return path
}

describe('a file of variables', () => {
  it('may say how much time workers have, which the supervisor hears from them', async () => {
    const path = await envFile('ZERODOWN_READY_TIMEOUT=3000')
    const hangs = 'await new Promise(() => setInterval(() => {}, 1000))'
    const { server } = await startSupervised(await programWith(hangs), {
      slots: 1,
      flags: ['--env-file', path],
      ready: false,
    })
    await server.waitForLog(/error: slot 1 was not ready within 3000 ms \(readyTimeout\): giving up\./)
    expect(await server.waitForExit()).toBe(1)
  })

  it('may be one of several, of which the last one wins', async () => {
    const [first, second] = [await envFile('ONE=1\nBOTH=1'), await envFile('BOTH=2')]
    const flags = ['--env-file', first, '--env-file', second]
    const { server } = await startSupervised(await programWith(SAYS), { slots: 1, flags })
    await server.waitForLog(/^variables: 1 2$/)
  })

  it('that is missing ends the start with its name', async () => {
    const cwd = await tempDir()
    // Not by the flag: some versions of Node look for the file of any `--env-file` that they see, also of a program's.
    const said = { script: join(FIXTURES, 'register/http.mjs'), envFile: 'none.env' }
    await writeFile(join(cwd, 'zerodown.config.json'), JSON.stringify(said))
    const server = await startServer(CLI, { cwd, args: ['run'], ready: false })
    await server.waitForLog(
      /error: slot 1: could not start a process \(envFile: cannot read none\.env: ENOENT.*: giving up\./,
    )
    expect(await server.waitForExit()).toBe(1)
  })

  it('that is missing at a restart is named, and all slots serve on', async () => {
    const path = await envFile('ONE=1')
    const { workers, roll } = await startSupervised('register/http.mjs', { slots: 2, flags: ['--env-file', path] })
    const before = workers()
    await rm(path)
    expect(await roll()).toMatch(
      /the restart stopped at slot 1 of 2: .*envFile: cannot read .*ENOENT.* All slots serve on/,
    )
    expect(workers()).toEqual(before)
  })
})
