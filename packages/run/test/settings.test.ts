import { availableParallelism } from 'node:os'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { RunFile } from '../src/run-options.ts'
import { runTexts, workerTexts } from '../src/run-options.ts'
import { resolveRun } from '../src/settings.ts'

const PRELOAD = 'file:///register.js'
const settingsOf = (options: RunFile) => resolveRun({ script: 'server.js', ...options }, PRELOAD)

afterEach(() => vi.unstubAllEnvs())

describe('the settings of zerodown run', () => {
  it('have defaults', () => {
    expect(settingsOf({})).toMatchObject({
      args: ['--import', PRELOAD, 'server.js'],
      env: {},
      workers: 1,
      sticky: false,
      pidFile: undefined,
      control: undefined,
      prefix: false,
      maxMemory: undefined,
      crashLimit: { crashes: 5, within: 60_000 },
      stopTimeout: 20_000,
      readyTimeout: 60_000,
    })
  })

  it('put the options for Node before the program, and its arguments behind it', () => {
    const { args } = settingsOf({ args: ['-x', ''], nodeArgs: ['--import', 'tsx'], envFile: '.env' })
    expect(args).toEqual(['--env-file=.env', '--import', PRELOAD, '--import', 'tsx', 'server.js', '-x', ''])
  })

  it('have Node read each file of variables, in that order', () => {
    expect(settingsOf({ envFile: ['.env', 'prod.env'] })).toMatchObject({
      args: ['--env-file=.env', '--env-file=prod.env', '--import', PRELOAD, 'server.js'],
      envFiles: ['.env', 'prod.env'],
    })
  })

  it('tell the workers their own options by the environment', () => {
    const { env } = settingsOf({ probation: 0, handover: false, readiness: 'manual', readyTimeout: 5000 })
    expect(env).toEqual({
      ZERODOWN_PROBATION: '0',
      ZERODOWN_HANDOVER: 'false',
      ZERODOWN_READINESS: 'manual',
      ZERODOWN_READY_TIMEOUT: '5000',
    })
  })

  it('have the control socket beside the pid file, unless it is elsewhere', () => {
    expect(settingsOf({ pidFile: 'app.pid' }).control).toBe('app.pid.sock')
    expect(settingsOf({ pidFile: 'app.pid', control: 'app.sock' }).control).toBe('app.sock')
    expect(settingsOf({ control: 'app.sock' }).control).toBe('app.sock')
    expect(settingsOf({ pidFile: 'app.pid', control: false }).control).toBeUndefined()
  })

  it('have the pid file and the control socket of the environment, where nothing else says so', () => {
    vi.stubEnv('ZERODOWN_PID_FILE', '/run/app.pid')
    expect(settingsOf({})).toMatchObject({ pidFile: '/run/app.pid', control: '/run/app.pid.sock' })
    expect(settingsOf({ pidFile: 'own.pid' })).toMatchObject({ pidFile: 'own.pid', control: 'own.pid.sock' })
    vi.stubEnv('ZERODOWN_CONTROL', 'false')
    expect(settingsOf({})).toMatchObject({ pidFile: '/run/app.pid', control: undefined })
  })

  it('have as many workers as cores, where that is wanted', () => {
    expect(settingsOf({ workers: 'max' }).workers).toBe(availableParallelism())
  })

  it.each<[number | string, number]>([
    [1000, 1000],
    ['1000', 1000],
    ['2k', 2048],
    ['500M', 500 * 1024 ** 2],
    ['1.5G', 1.5 * 1024 ** 3],
  ])('take %j for a size', (maxMemory, bytes) => {
    expect(settingsOf({ maxMemory }).maxMemory).toBe(bytes)
  })

  it.each([
    ['1/1s', { crashes: 1, within: 1000 }],
    ['10/0.5s', { crashes: 10, within: 500 }],
    ['none', undefined],
  ])('take %j for a limit of crashes', (crashLimit, limit) => {
    expect(settingsOf({ crashLimit }).crashLimit).toEqual(limit)
  })

  it('have no client stick to a slot where there is only one', () => {
    expect(settingsOf({ sticky: true }).sticky).toBe(false)
    expect(settingsOf({ sticky: true, workers: 2 }).sticky).toBe(true)
    expect(settingsOf({ workers: 2 }).sticky).toBe(false)
  })

  it('wait for the drain of the workers as long as that may take, whoever says so', () => {
    expect(settingsOf({ drainTimeout: 100, shutdownDelay: 7 }).stopTimeout).toBe(107)
    vi.stubEnv('ZERODOWN_DRAIN_TIMEOUT', '60000')
    expect(settingsOf({}).stopTimeout).toBe(60_000)
    expect(settingsOf({ drainTimeout: 5 }).stopTimeout).toBe(5)
    vi.stubEnv('ZERODOWN_DRAIN_TIMEOUT', 'long')
    expect(() => settingsOf({})).toThrow('ZERODOWN_DRAIN_TIMEOUT: wants a number of milliseconds')
  })

  it.each<[object, string]>([
    [{ script: undefined }, 'script: wants the path of a program, got undefined.'],
    [{ script: '' }, "script: wants the path of a program, got ''."],
    [{ args: 'one two' }, "args: wants a list of words, got 'one two'."],
    [{ nodeArgs: [1] }, 'nodeArgs: wants a list of words, got [ 1 ].'],
    [{ workers: 0 }, "workers: wants a whole number from 1 to 1024, or 'max', got 0."],
    [{ workers: 1025 }, 'workers: wants'],
    [{ workers: 1.5 }, 'workers: wants'],
    [{ workers: '4' }, 'workers: wants'],
    [{ sticky: 1 }, 'sticky: wants true or false, got 1.'],
    [{ prefix: 'yes' }, "prefix: wants true or false, got 'yes'."],
    [{ pidFile: 5 }, 'pidFile: wants a path, got 5.'],
    [{ envFile: '' }, "envFile: wants a path, or a list of paths, got ''."],
    [{ maxMemory: 0 }, 'maxMemory: wants'],
    [{ maxMemory: '500 MB' }, "maxMemory: wants a number of bytes, or a size such as '500M' or '2G', got '500 MB'."],
    [{ maxMemory: ['5'] }, 'maxMemory: wants'],
    [{ crashLimit: '5' }, "crashLimit: wants a limit such as '5/60s', or 'none', got '5'."],
    [{ crashLimit: '0/60s' }, 'crashLimit: wants'],
    [{ crashLimit: '5/0s' }, 'crashLimit: wants'],
    [{ probation: -1 }, 'probation: wants a number of milliseconds'],
    [{ worker: 2 }, 'worker: no such option. There are: script, args, nodeArgs, workers, sticky, pidFile, '],
    [{ toString: 2 }, 'toString: no such option.'],
    // The supervisor's own business.
    [{ signals: { restart: 'SIGHUP' } }, 'signals: no such option.'],
    [{ launch: { cwd: '/' } }, 'launch: no such option.'],
  ])('refuse %j', (options, why) => {
    expect(() => settingsOf(options as RunFile)).toThrow(why)
    expect(() => settingsOf(options as RunFile)).toThrow(expect.objectContaining({ code: 'ERR_ZERODOWN_OPTION' }))
  })
})

it('each option has a flag of its own', () => {
  const flags = [...runTexts, ...workerTexts].map(({ flag }) => flag)
  expect(new Set(flags).size).toBe(flags.length)
  expect(flags).toEqual(
    expect.arrayContaining(['workers', 'pid-file', 'max-memory', 'crash-limit', 'env-file', 'probation']),
  )
})
