import { once } from 'node:events'
import { createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { tempDir } from '../../../../test/support/index.ts'
import type { LaunchOptions } from '../../src/options/options.ts'
import { listeningFd } from '../../src/node/internals/handles.ts'
import type { StartCommand } from '../../src/restart/start-command.ts'
import type { Inheritance } from '../../src/restart/inheritance.ts'
import { inodeOf } from '../../src/node/stat.ts'
import { INHERITANCE_VARIABLE } from '../../src/restart/inheritance.ts'
import type { Launch, PassedOn } from '../../src/restart/launch.ts'
import { launchFailed, planLaunch, startProcess } from '../../src/restart/launch.ts'
import { NODE } from '../support/programs.ts'
import { listen } from '../support/servers.ts'

const startCommand: StartCommand = {
  argv0: 'node',
  args: ['--no-warnings', 'server.js', '--port', '80'],
  env: { PATH: '/bin', MODE: 'production', PWD: '/srv/current' },
  cwd: '/srv/current',
}

const passed: PassedOn = { generation: 2, predecessor: process.pid, restartSignals: ['SIGUSR2'], listeners: [] }

function inheritanceIn({ env }: Launch): Inheritance & { version: number } {
  return JSON.parse(env[INHERITANCE_VARIABLE] ?? '') as Inheritance & { version: number }
}

/** The environment without the one variable that is ours. */
function applications({ env }: Launch): NodeJS.ProcessEnv {
  const { [INHERITANCE_VARIABLE]: _, ...rest } = env
  return Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined))
}

/** The launch of each generation after the first, each planned by the one before it with the options that it has. */
function chain(first: StartCommand, ...generations: LaunchOptions[]): Launch[] {
  const launches: Launch[] = []
  let born = first
  let inherited: Pick<Inheritance, 'restore' | 'cwd'> = { restore: {}, cwd: first.cwd }
  for (const options of generations) {
    const launch = planLaunch(born, options, passed, inherited.restore, inherited.cwd)
    launches.push(launch)
    const env = Object.entries(launch.env).filter((entry): entry is [string, string] => entry[1] !== undefined)
    born = { argv0: first.argv0, cwd: launch.cwd, args: launch.args, env: Object.fromEntries(env) }
    inherited = inheritanceIn(launch)
  }
  return launches
}

describe('a successor is started', () => {
  it('as this process was', () => {
    const launch = planLaunch(startCommand, {}, passed, {})
    expect(launch).toMatchObject({
      execPath: process.execPath,
      argv0: 'node',
      args: startCommand.args,
      cwd: startCommand.cwd,
      fds: [],
    })
    expect(applications(launch)).toEqual(startCommand.env)
  })

  it('with what is left to it, and who left it', () => {
    const inheritance = inheritanceIn(planLaunch(startCommand, {}, { ...passed, generation: 7 }, {}))
    expect(inheritance).toEqual({
      version: 1,
      generation: 7,
      predecessor: process.pid,
      channel: 3,
      listeners: [],
      restartSignals: ['SIGUSR2'],
      restore: {},
      cwd: startCommand.cwd,
    })
  })

  it('with the listeners from descriptor 3 on, whatever their numbers are here', () => {
    const listener = { bound: { kind: 'unix', path: '/a' }, asked: undefined, inode: 5 } as const
    const listeners = [
      { ...listener, fd: 21 },
      { ...listener, fd: 19, inode: 6 },
    ]
    const launch = planLaunch(startCommand, {}, { ...passed, listeners }, {})
    // Each as often as it may be closed again.
    expect(launch.fds).toEqual([21, 19, 21, 19, 21, 19, 21, 19])
    expect(inheritanceIn(launch)).toMatchObject({
      listeners: [
        { fd: 3, spares: [5, 7, 9], inode: 5 },
        { fd: 4, spares: [6, 8, 10], inode: 6 },
      ],
      channel: 11,
    })
  })

  it('with another program, under its own name', () => {
    const launch = planLaunch(startCommand, { execPath: '/opt/node', args: ['other.js'] }, passed, {})
    expect(launch).toMatchObject({ execPath: '/opt/node', argv0: undefined, args: ['other.js'], cwd: startCommand.cwd })
  })

  it('in another directory, which PWD names as well, so that the next generation finds it', () => {
    const launch = planLaunch(startCommand, { cwd: '../next' }, passed, {})
    expect(launch.cwd).toBe('/srv/next')
    expect(launch.env['PWD']).toBe('/srv/next')
  })
})

describe('the environment of a successor', () => {
  it('is the first generation’s, with what launch.env sets and removes', () => {
    const [launch] = chain(startCommand, { env: { MODE: 'canary', ADDED: '1', PATH: undefined } })
    expect(applications(launch as Launch)).toEqual({ MODE: 'canary', ADDED: '1', PWD: '/srv/current' })
  })

  it('holds nothing of a channel or an inheritance that this process had', () => {
    const env = {
      ...startCommand.env,
      NODE_CHANNEL_FD: '4',
      NODE_CHANNEL_SERIALIZATION_MODE: 'json',
      [INHERITANCE_VARIABLE]: '{}',
    }
    const launch = planLaunch({ ...startCommand, env }, {}, passed, {})
    expect(applications(launch)).toEqual(startCommand.env)
    expect(inheritanceIn(launch)).toMatchObject({ generation: 2, restore: {} })
  })

  it('over three generations is each time the first one’s and the options’ of the last', () => {
    const launches = chain(
      startCommand,
      { env: { MODE: 'canary', ADDED: '1', PATH: undefined } },
      { env: { SECOND: '2' } },
      {},
    )
    expect(launches.map(applications)).toEqual([
      { MODE: 'canary', ADDED: '1', PWD: '/srv/current' },
      { PATH: '/bin', MODE: 'production', SECOND: '2', PWD: '/srv/current' },
      startCommand.env,
    ])
  })

  it('can be changed the same way by every generation', () => {
    const options = { env: { MODE: 'canary', GONE: undefined } }
    const launches = chain({ ...startCommand, env: { ...startCommand.env, GONE: 'no' } }, options, options, options)
    for (const launch of launches) {
      expect(applications(launch)).toEqual({ PATH: '/bin', MODE: 'canary', PWD: '/srv/current' })
      expect(inheritanceIn(launch).restore).toEqual({ MODE: 'production', GONE: 'no' })
    }
  })

  it('tells an empty variable from none', () => {
    const [set, unset] = chain({ ...startCommand, env: { EMPTY: '' } }, { env: { EMPTY: undefined, ADDED: '' } }, {})
    expect(applications(set as Launch)).toEqual({ ADDED: '' })
    expect(applications(unset as Launch)).toEqual({ EMPTY: '' })
  })

  it('finds PWD again after a generation in another directory', () => {
    const [away, back] = chain(startCommand, { cwd: '/elsewhere' }, {})
    expect(away).toMatchObject({ cwd: '/elsewhere', env: { PWD: '/elsewhere' } })
    expect(back).toMatchObject({ cwd: '/srv/current', env: { PWD: '/srv/current' } })
    expect(inheritanceIn(back as Launch).restore).toEqual({})
  })

  it('goes with a directory that is taken from the first one’s each time, and does not walk on', () => {
    const options = { cwd: '../next' }
    for (const launch of chain(startCommand, options, options, options)) {
      expect(launch).toMatchObject({ cwd: '/srv/next', env: { PWD: '/srv/next' } })
    }
  })
})

describe('the process', () => {
  const launchOf = (changes: Partial<Launch>): Launch => ({
    execPath: NODE,
    argv0: 'node',
    args: [],
    cwd: process.cwd(),
    env: { PATH: process.env['PATH'] },
    fds: [],
    ...changes,
  })

  it('has the listeners at 3 and 4, a channel at 5 of which Node knows nothing, and the name that it was given', async () => {
    const servers = [await listen(createServer()), await listen(createServer())]
    const fds = servers.map((server) => listeningFd(server) ?? -1)
    const script = `
      const { fstatSync, writeSync } = require('node:fs')
      const inodes = [3, 4].map((fd) => fstatSync(fd).ino)
      const { send, channel, connected, disconnect, argv0, env } = process
      const own = [send, channel, connected, disconnect, env.NODE_CHANNEL_FD].filter((one) => one !== undefined)
      writeSync(5, JSON.stringify({ inodes, argv0, own }) + '\\n')`
    const child = startProcess(launchOf({ argv0: 'my-service', args: ['-e', script], fds }))
    const [message] = await once(child, 'message')
    expect(message).toEqual({ inodes: fds.map(inodeOf), argv0: 'my-service', own: [] })
    await once(child, 'exit')
  })

  it.each<[string, Partial<Launch>, RegExp]>([
    ['a program that is not there', { execPath: '/no/such/node' }, /^the restart failed: could not start .*ENOENT/],
    ['a descriptor that is not open', { fds: [987] }, /^the restart failed: could not start .*EBADF/],
  ])('cannot be started with %s, which is an error that says so', async (_, changes, message) => {
    const started = (): unknown => {
      const child = startProcess(launchOf(changes))
      // Where spawn() says it later, what it says is the same.
      return once(child, 'spawn').catch((error: unknown) => Promise.reject(launchFailed(launchOf(changes), error)))
    }
    await expect((async () => started())()).rejects.toMatchObject({
      code: 'ERR_ZERODOWN_LAUNCH',
      message: expect.stringMatching(message),
    })
  })

  it('that cannot be started is told from a directory that is not there', async () => {
    const cause = Object.assign(new Error('spawn node ENOENT'), { code: 'ENOENT' })
    const folder = await tempDir()
    expect(launchFailed(launchOf({ execPath: '/opt/node', cwd: folder }), cause)).toMatchObject({
      message:
        'the restart failed: could not start /opt/node (spawn node ENOENT). This process serves on as before. ' +
        'Fix it, or change the launch option, and restart again.',
      cause,
    })
    expect(launchFailed(launchOf({ cwd: `${folder}/gone` }), cause).message).toMatch(
      /could not enter the directory .*gone \(spawn node ENOENT\)/,
    )
  })
})
