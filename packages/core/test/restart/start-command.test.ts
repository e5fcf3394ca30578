import { mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { tempDir } from '../../../../test/support/index.ts'
import type { StartCommand } from '../../src/restart/start-command.ts'
import type { Run } from '../support/programs.ts'
import { NODE, runNode, writeProgram } from '../support/programs.ts'

const PROGRAM = `
import { readStartCommand } from '#dist/restart/start-command.js'
console.log(JSON.stringify(readStartCommand()))
`

let folder: string

/** What a program reads of its own startCommand. */
const startCommandOf = (args: readonly string[], run: Run = {}): StartCommand =>
  runNode(args, { cwd: folder, ...run }) as StartCommand

/** What the program's successor would read, started as the first one reads that it was. */
function successorOf(startCommand: StartCommand): StartCommand {
  const { argv0, args, cwd, env } = startCommand
  return startCommandOf(args, { argv0, cwd, env })
}

beforeEach(async () => {
  folder = await tempDir()
  await writeProgram(join(folder, 'server.mjs'), PROGRAM)
})

describe('the command line', () => {
  it.each<[string, string[]]>([
    ['a script', ['server.mjs']],
    ['a script that is named another way', ['./server.mjs']],
    ['arguments', ['server.mjs', '--port', '80']],
    ['empty arguments', ['server.mjs', '', 'a', '']],
    ['only an empty argument', ['server.mjs', '']],
    ['arguments with spaces, lines and quotes', ['server.mjs', 'a b', 'c\nd', '"', "'"]],
    ['arguments that are not ASCII', ['server.mjs', 'café', '日本', '🚀']],
    ['arguments that look like options of Node', ['server.mjs', '--title=argument', '--']],
    ['options of Node', ['--no-warnings', '--max-old-space-size=100', 'server.mjs', 'a']],
    ['options of Node with values of their own', ['--require', './empty.cjs', 'server.mjs']],
    ['options of Node, in the order in which they were given', ['--no-warnings', '--trace-warnings', 'server.mjs']],
    ['the end of Node’s options', ['--no-warnings', '--', 'server.mjs', '--port']],
  ])('is read as it was written: %s', async (_, args) => {
    await writeFile(join(folder, 'empty.cjs'), '')
    const startCommand = startCommandOf(args)
    expect(startCommand.args).toEqual(args)
    expect(successorOf(startCommand).args).toEqual(args)
  })

  it.each(['my server.mjs', 'sérvér-日本.mjs', "it's.mjs"])('is read with a script called %s', async (name) => {
    await writeProgram(join(folder, name), PROGRAM)
    const startCommand = startCommandOf([name, 'a b'])
    expect(startCommand.args).toEqual([name, 'a b'])
    expect(successorOf(startCommand).args).toEqual([name, 'a b'])
  })

  it('is read with a script that Node finds by itself', async () => {
    await writeFile(join(folder, 'package.json'), '{ "main": "main.js" }')
    await writeFile(join(folder, 'main.js'), "import('./server.mjs')")
    expect(startCommandOf(['.']).args).toEqual(['.'])
    expect(startCommandOf(['main']).args).toEqual(['main'])
    expect(successorOf(startCommandOf(['.'])).args).toEqual(['.'])
  })

  it('is read with a script in the arguments of Node', () => {
    const code = `import('${join(folder, 'server.mjs')}')`
    expect(startCommandOf(['-e', code]).args).toEqual(['-e', code])
    expect(startCommandOf(['-e', code, 'a', 'b']).args).toEqual(['-e', code, 'a', 'b'])
    expect(startCommandOf(['--import', './server.mjs', '-e', '0']).args).toEqual([
      '--import',
      './server.mjs',
      '-e',
      '0',
    ])
  })

  it('keeps what the process was called by', () => {
    expect(startCommandOf(['server.mjs'], { argv0: 'my-service' }).argv0).toBe('my-service')
    expect(startCommandOf(['server.mjs']).argv0).toBe(NODE)
  })

  it('has no part in NODE_OPTIONS, which stay in the environment', async () => {
    await writeFile(join(folder, 'empty.cjs'), '')
    const startCommand = startCommandOf(['server.mjs'], {
      env: { NODE_OPTIONS: '--require ./empty.cjs --no-warnings' },
    })
    expect(startCommand.args).toEqual(['server.mjs'])
    expect(startCommand.env['NODE_OPTIONS']).toBe('--require ./empty.cjs --no-warnings')
  })
})

describe('a process title that was set before, which overwrites the command line', () => {
  const retitled = (title: string): string => `process.title = ${JSON.stringify(title)}`

  it.each<[string, string[], Record<string, string>]>([
    ['with --title', ['--title=app', 'server.mjs'], {}],
    ['with --title and arguments', ['--title=app', 'server.mjs', 'a', ''], {}],
    ['with --title in NODE_OPTIONS', ['server.mjs'], { NODE_OPTIONS: '--title=app' }],
    ['with --title in NODE_OPTIONS, and arguments', ['server.mjs', 'a'], { NODE_OPTIONS: '--title=app' }],
    ['with --title in NODE_OPTIONS, and empty arguments', ['server.mjs', '', ''], { NODE_OPTIONS: '--title=app' }],
    ['with the title that it had', ['server.mjs'], { NODE_OPTIONS: '--title=node' }],
    ['in a preloaded module', ['server.mjs'], { NODE_OPTIONS: '--import ./title.mjs' }],
    ['in a preloaded module, longer than the command line', ['server.mjs'], { NODE_OPTIONS: '--import ./long.mjs' }],
    ['by --import', ['--import', './title.mjs', 'server.mjs', 'a b'], {}],
  ])('%s', async (_, args, env) => {
    await writeFile(join(folder, 'title.mjs'), retitled('app'))
    await writeFile(join(folder, 'long.mjs'), retitled('app '.repeat(200)))
    for (const argv0 of ['node', NODE]) {
      const startCommand = startCommandOf(args, { argv0, env })
      const script = args.indexOf('server.mjs')
      expect(startCommand.argv0).toBe(argv0)
      // The script's place may be named in full, where its words are gone.
      expect(startCommand.args.toSpliced(script, 1)).toEqual(args.toSpliced(script, 1))
      expect(successorOf(startCommand)).toMatchObject({ argv0, args: startCommand.args })
    }
  })

  it('in the program itself, before zerodown was loaded', async () => {
    await writeFile(join(folder, 'title.mjs'), retitled('app'))
    await writeProgram(join(folder, 'titled.mjs'), `import './title.mjs'${PROGRAM}`)
    const startCommand = startCommandOf(['titled.mjs'])
    expect(successorOf(startCommand)).toMatchObject({ args: startCommand.args })
  })

  it('leaves the successor free to follow a symlink to another release', async () => {
    const current = join(folder, 'current')
    for (const release of ['1', '2']) await mkdir(join(folder, 'releases', release), { recursive: true })
    await writeProgram(join(folder, 'releases/1/server.mjs'), PROGRAM)
    await writeFile(join(folder, 'releases/2/server.mjs'), 'console.log(\'"release 2"\')')
    await symlink('releases/1', current)
    const startCommand = startCommandOf(['server.mjs'], {
      cwd: current,
      env: { PWD: current, NODE_OPTIONS: '--title=app' },
    })
    await rm(current)
    await symlink('releases/2', current)
    expect(successorOf(startCommand)).toBe('release 2')
  })
})

describe('the environment', () => {
  it('is the one that the process was started with, whatever became of it', async () => {
    await writeFile(join(folder, '.env'), 'FROM_FILE=1\n')
    await writeFile(
      join(folder, 'change.cjs'),
      "process.env.ADDED = '1'; process.env.MODE = 'changed'; delete process.env.GONE",
    )
    const env = { MODE: 'production', GONE: 'no', EMPTY: '', NODE_OPTIONS: '--require ./change.cjs' }
    const startCommand = startCommandOf(['--env-file=.env', 'server.mjs'], { env })
    expect(startCommand.env).toEqual({ PATH: process.env['PATH'], HOME: process.env['HOME'], ...env })
  })

  it('is read with values that hold anything', () => {
    const env = { LINES: 'a\nb\n', EQUALS: 'a=b=c', SPACES: '  ', UNICODE: 'café 日本 🚀', 'WITH.DOT': '1', EMPTY: '' }
    expect(startCommandOf(['server.mjs'], { env }).env).toMatchObject(env)
    expect(successorOf(startCommandOf(['server.mjs'], { env })).env).toMatchObject(env)
  })
})

describe('the directory', () => {
  let release: string
  let current: string

  beforeEach(async () => {
    release = join(folder, 'releases', '42')
    current = join(folder, 'current')
    await mkdir(release, { recursive: true })
    await symlink(release, current)
    await writeProgram(join(release, 'server.mjs'), PROGRAM)
  })

  it('is the one that the shell names, symlinks and all', () => {
    const startCommand = startCommandOf(['server.mjs'], { cwd: current, env: { PWD: current } })
    expect(startCommand).toMatchObject({ cwd: current, args: ['server.mjs'] })
  })

  it.each<[string, (names: { folder: string; release: string }) => string]>([
    ['another directory', (names) => names.folder],
    ['no directory', (names) => join(names.folder, 'missing')],
    ['not in full', () => '.'],
    ['with dots', (names) => `${names.release}/../42`],
    ['nothing', () => ''],
  ])('is the real one where PWD names %s', (_, pwd) => {
    const startCommand = startCommandOf(['server.mjs'], { cwd: current, env: { PWD: pwd({ folder, release }) } })
    expect(startCommand.cwd).toBe(release)
  })

  it('is the real one where there is no PWD', () => {
    expect(startCommandOf(['server.mjs'], { cwd: current }).cwd).toBe(release)
  })
})
