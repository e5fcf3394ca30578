import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { readConfigFile } from '../src/config-file.ts'

/** A folder with these files. */
async function folderWith(files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'zd-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  return folder
}

describe('a configuration', () => {
  it.each<[string, Record<string, string>]>([
    ['zerodown.config.json', { 'zerodown.config.json': '{"workers": 2}' }],
    ['zerodown.config.mjs', { 'zerodown.config.mjs': 'export default { workers: 1 + 1 }' }],
    [
      'zerodown.config.js, a module',
      { 'zerodown.config.js': 'export default { workers: 2 }', 'package.json': '{"type":"module"}' },
    ],
    [
      'zerodown.config.js, CommonJS',
      { 'zerodown.config.js': 'module.exports = { workers: 2 }', 'package.json': '{"type":"commonjs"}' },
    ],
    ['package.json', { 'package.json': '{"name": "it", "zerodown": {"workers": 2}}' }],
  ])('is read from %s', async (_, files) => {
    expect(await readConfigFile(await folderWith(files))).toEqual({ workers: 2 })
  })

  it('of its own file counts before the key in package.json', async () => {
    const folder = await folderWith({
      'zerodown.config.json': '{"workers": 2}',
      'package.json': '{"zerodown": {"workers": 3, "pidFile": "a.pid"}}',
    })
    expect(await readConfigFile(folder)).toEqual({ workers: 2 })
  })

  it('need not be there', async () => {
    expect(await readConfigFile(await folderWith({}))).toEqual({})
    for (const text of ['{}', 'null'])
      expect(await readConfigFile(await folderWith({ 'package.json': text }))).toEqual({})
  })

  it('keeps relative paths, for whoever knows the working directory', async () => {
    const options = { script: 'dist/server.js', pidFile: 'run/app.pid', envFile: '.env', args: ['-x'] }
    expect(await readConfigFile(await folderWith({ 'zerodown.config.json': JSON.stringify(options) }))).toEqual(options)
  })

  it.each<[string, string, string, RegExp]>([
    ['that does not parse', 'zerodown.config.json', '{workers}', /^cannot read \S+zerodown\.config\.json: /],
    [
      'that throws',
      'zerodown.config.mjs',
      'throw new Error("no key")',
      /^cannot read \S+zerodown\.config\.mjs: no key\.$/,
    ],
    ['in a broken package.json', 'package.json', '{', /^cannot read \S+package\.json: /],
    [
      'with an unknown name',
      'zerodown.config.json',
      '{"worker": 2}',
      /zerodown\.config\.json: worker: no such option\. There are: script, /,
    ],
    [
      'with an unknown name',
      'package.json',
      '{"zerodown": {"worker": 2}}',
      /package\.json, zerodown: worker: no such option\./,
    ],
    [
      'with a wrong value',
      'zerodown.config.json',
      '{"workers": "4"}',
      /zerodown\.config\.json: workers: wants a whole number .*, got '4'\.$/,
    ],
    [
      'with a wrong value for the workers',
      'zerodown.config.json',
      '{"probation": "1s"}',
      /zerodown\.config\.json: probation: wants /,
    ],
    ['that is a list', 'zerodown.config.json', '[]', /zerodown\.config\.json: wants an object of options/],
    [
      'without a default export',
      'zerodown.config.mjs',
      'export const workers = 2',
      /zerodown\.config\.mjs: wants an object of options/,
    ],
    ['that is null', 'package.json', '{"zerodown": null}', /package\.json, zerodown: wants an object of options/],
  ])('%s is refused, and the file is named: %s', async (_, file, text, why) => {
    const reading = readConfigFile(await folderWith({ [file]: text }))
    await expect(reading).rejects.toThrow(why)
    await expect(reading).rejects.toMatchObject({ code: 'ERR_ZERODOWN_OPTION' })
  })
})
