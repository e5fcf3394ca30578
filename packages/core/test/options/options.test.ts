import { describe, expect, it } from 'vitest'
import type { Options } from '../../src/options/options.ts'
import { checkUnchanged, merge } from '../../src/options/declared.ts'
import { resolve } from '../../src/options/resolve.ts'
import { validate } from '../../src/options/validate.ts'
import { defaultLogger, silentLogger } from '../../src/logger.ts'

const logger = { info() {}, warn() {}, error() {} }

/** Every option once, with a value that is not its default. */
const everything = {
  signals: { restart: ['SIGHUP', 'SIGUSR2'], shutdown: 'SIGTERM', leave: 'SIGTERM' },
  readiness: 'manual',
  readyTimeout: 1,
  probation: 2,
  drainTimeout: 3,
  maxGenerations: 6,
  handover: false,
  shutdownDelay: 4,
  lbIdleTimeout: 5,
  pidFile: '/run/server.pid',
  control: '/run/server.sock',
  launch: { execPath: '/usr/bin/node', args: ['server.js', ''], cwd: '/srv', env: { MODE: 'new', OLD: undefined } },
  exit: false,
  logger,
} satisfies Required<Options>

/** As in `{ probation: config.probation }`, where there is none. */
const unsaid = (name: keyof Options): Options => ({ [name]: undefined })

/** What somebody without TypeScript may write. */
const invalid = (options: unknown): (() => void) => {
  return () => validate(options as Options)
}

describe('options that are valid', () => {
  it.each<Options>([
    {},
    everything,
    { signals: false },
    { signals: {} },
    { signals: { restart: false, shutdown: [] } },
    { readiness: 'auto' },
    { probation: 0, readyTimeout: 0.5, drainTimeout: 2_000_000_000 },
    { maxGenerations: 2 },
    { logger: false },
    { control: false },
    { logger },
    { launch: {} },
    { launch: { env: process.env } },
  ])('%o', (options) => expect(() => validate(options)).not.toThrow())

  it('say nothing with undefined', () => {
    const nothing = Object.fromEntries(Object.keys(everything).map((name) => [name, undefined]))
    expect(invalid(nothing)).not.toThrow()
    expect(invalid({ signals: { restart: undefined }, launch: { cwd: undefined } })).not.toThrow()
    expect(resolve(merge({}, nothing))).toEqual(resolve({}))
  })
})

const milliseconds = 'a number of milliseconds from 0 to 2000000000'
const signals = "a signal name such as 'SIGUSR2', an array of them, or false"
const loggers = 'an object with the functions info, warn and error, or false'
const variables = 'an object of strings, with undefined for what to remove'

describe('an option that is not valid is named, with what it wants and what it got', () => {
  it.each([
    [{ signals: true }, 'signals: wants an object with restart, shutdown or leave, or false, got true.'],
    [{ signals: null }, 'signals: wants an object with restart, shutdown or leave, or false, got null.'],
    [
      { signals: ['SIGUSR2'] },
      "signals: wants an object with restart, shutdown or leave, or false, got [ 'SIGUSR2' ].",
    ],
    [{ signals: { restart: 'USR2' } }, `signals.restart: wants ${signals}, got 'USR2'.`],
    [{ signals: { restart: 12 } }, `signals.restart: wants ${signals}, got 12.`],
    [{ signals: { restart: true } }, `signals.restart: wants ${signals}, got true.`],
    [{ signals: { shutdown: ['SIGTERM', 9] } }, `signals.shutdown: wants ${signals}, got [ 'SIGTERM', 9 ].`],
    [{ readiness: 'later' }, "readiness: wants 'auto' or 'manual', got 'later'."],
    [{ readiness: true }, "readiness: wants 'auto' or 'manual', got true."],
    [{ readyTimeout: -1 }, `readyTimeout: wants ${milliseconds}, got -1.`],
    [{ readyTimeout: '5s' }, `readyTimeout: wants ${milliseconds}, got '5s'.`],
    [{ probation: '1000' }, `probation: wants ${milliseconds}, got '1000'.`],
    [{ probation: Number.NaN }, `probation: wants ${milliseconds}, got NaN.`],
    [{ maxGenerations: 1 }, 'maxGenerations: wants a whole number from 2 to 1000, got 1.'],
    [{ maxGenerations: 2.5 }, 'maxGenerations: wants a whole number from 2 to 1000, got 2.5.'],
    [{ maxGenerations: '4' }, "maxGenerations: wants a whole number from 2 to 1000, got '4'."],
    [{ drainTimeout: Infinity }, `drainTimeout: wants ${milliseconds}, got Infinity.`],
    [{ drainTimeout: 2_000_000_001 }, `drainTimeout: wants ${milliseconds}, got 2000000001.`],
    [{ shutdownDelay: 5n }, `shutdownDelay: wants ${milliseconds}, got 5n.`],
    [{ shutdownDelay: null }, `shutdownDelay: wants ${milliseconds}, got null.`],
    [{ lbIdleTimeout: '60s' }, `lbIdleTimeout: wants ${milliseconds}, got '60s'.`],
    [{ pidFile: '' }, "pidFile: wants a path, got ''."],
    [{ pidFile: 'a\0b' }, String.raw`pidFile: wants a path, got 'a\x00b'.`],
    [{ pidFile: 1 }, 'pidFile: wants a path, got 1.'],
    [{ control: '' }, "control: wants a path, or false, got ''."],
    [{ control: true }, 'control: wants a path, or false, got true.'],
    [{ launch: 'node' }, "launch: wants an object with execPath, args, cwd or env, got 'node'."],
    [{ launch: { execPath: '' } }, "launch.execPath: wants a path, got ''."],
    [{ launch: { args: 'server.js' } }, "launch.args: wants an array of strings, got 'server.js'."],
    [{ launch: { args: ['--port', 80] } }, "launch.args: wants an array of strings, got [ '--port', 80 ]."],
    [{ launch: { cwd: {} } }, 'launch.cwd: wants a path, got {}.'],
    [{ launch: { env: ['A=1'] } }, `launch.env: wants ${variables}, got [ 'A=1' ].`],
    [{ launch: { env: { PORT: 80 } } }, `launch.env: wants ${variables}, got { PORT: 80 }.`],
    [{ exit: 'no' }, "exit: wants true or false, got 'no'."],
    [{ exit: 0 }, 'exit: wants true or false, got 0.'],
    [{ handover: 1 }, 'handover: wants true or false, got 1.'],
    [{ logger: true }, `logger: wants ${loggers}, got true.`],
    [
      { logger: { info() {}, warn() {} } },
      `logger: wants ${loggers}, got { info: [Function: info], warn: [Function: warn] }.`,
    ],
    ['manual', "options: wants an object, got 'manual'."],
    [null, 'options: wants an object, got null.'],
    [[], 'options: wants an object, got [].'],
  ])('%o', (options, message) => {
    expect(invalid(options)).toThrow(expect.objectContaining({ code: 'ERR_ZERODOWN_OPTION', message }))
  })

  it('and so is one that does not exist, with those that do', () => {
    const all = Object.keys(everything).join(', ')
    expect(invalid({ drainTimeOut: 1 })).toThrow(`drainTimeOut: no such option. There are: ${all}.`)
    expect(invalid({ constructor: 1 })).toThrow('constructor: no such option.')
    expect(invalid({ signals: { reload: 'SIGHUP' } })).toThrow(
      'signals.reload: no such option. There are: restart, shutdown, leave.',
    )
    expect(invalid({ launch: { argv: [] } })).toThrow(
      'launch.argv: no such option. There are: execPath, args, cwd, env.',
    )
  })

  it('shows a value of many levels in one line', () => {
    const deep = { env: { a: { b: { c: 1 } } }, long: 'x'.repeat(200) }
    expect(invalid({ exit: deep })).toThrow(/^[^\n]+$/)
  })

  it.each(['SIGUSR22', 'SIGFOO'])('%s, of which the system knows nothing, would never come', (name) => {
    expect(invalid({ signals: { restart: name } })).toThrow(`signals.restart: wants ${signals}, got '${name}'`)
  })

  it.each(['SIGKILL', 'SIGSTOP'])('%s, which no process can listen to', (name) => {
    expect(invalid({ signals: { shutdown: [name] } })).toThrow(/^signals\.shutdown: .*got \[ 'SIG(KILL|STOP)' \]/)
  })
})

describe('options that were left out', () => {
  it('have the defaults that are documented', () => {
    expect(resolve({})).toEqual({
      signals: { restart: ['SIGUSR2'], shutdown: ['SIGTERM', 'SIGINT'], leave: [] },
      readiness: 'auto',
      readyTimeout: 60_000,
      probation: 1000,
      drainTimeout: 20_000,
      maxGenerations: 4,
      shutdownDelay: 0,
      lbIdleTimeout: undefined,
      handover: true,
      pidFile: undefined,
      control: undefined,
      launch: {},
      exit: true,
      logger: defaultLogger,
    })
  })

  it.each<[NonNullable<Options['signals']>, readonly string[], readonly string[]]>([
    [false, [], []],
    [{}, ['SIGUSR2'], ['SIGTERM', 'SIGINT']],
    [{ restart: 'SIGHUP' }, ['SIGHUP'], ['SIGTERM', 'SIGINT']],
    [{ restart: ['SIGHUP', 'SIGUSR2'], shutdown: [] }, ['SIGHUP', 'SIGUSR2'], []],
    [{ restart: false, shutdown: 'SIGTERM' }, [], ['SIGTERM']],
  ])('signals: %j', (given, restart, shutdown) => {
    expect(resolve({ signals: given }).signals).toEqual({ restart, shutdown, leave: [] })
  })

  it('are not what was given', () => {
    const settings = resolve(everything)
    expect(settings).toMatchObject({
      ...everything,
      signals: { restart: ['SIGHUP', 'SIGUSR2'], shutdown: ['SIGTERM'], leave: ['SIGTERM'] },
    })
    expect(resolve({ logger: false }).logger).toBe(silentLogger)
  })
})

describe('options given at two entry points before the start', () => {
  it('add up', () => {
    expect(merge({ probation: 5, exit: false }, { drainTimeout: 7, ...unsaid('exit') })).toEqual({
      probation: 5,
      exit: false,
      drainTimeout: 7,
    })
  })

  it('may say the same twice, in equal words', () => {
    const again: Options = {
      ...everything,
      launch: structuredClone(everything.launch),
      signals: structuredClone(everything.signals),
    }
    expect(merge(everything, again)).toEqual(everything)
  })

  it('are an error where they disagree, which names the option and both', () => {
    expect(() => merge({ probation: 0 }, { probation: 5 })).toThrow(
      expect.objectContaining({
        code: 'ERR_ZERODOWN_OPTION_CONFLICT',
        message:
          'probation: is 0 already, and now 5 is asked for. Options belong to the process: ' +
          'give each of them once, or the same everywhere.',
      }),
    )
    expect(() => merge({ logger: false }, { logger })).toThrow(/^logger: is false already/)
  })

  it('leave what was declared before as it was when they are not valid', () => {
    const declared: Options = { probation: 0 }
    expect(() => merge(declared, { exit: 'no' } as unknown as Options)).toThrow('exit: wants')
    expect(() => merge(declared, { exit: false, probation: 1 })).toThrow('probation: is 0')
    expect(declared).toEqual({ probation: 0 })
  })
})

describe('options given after the start', () => {
  const declared: Options = { probation: 5, signals: { restart: 'SIGHUP' }, logger: false }
  const settings = resolve(declared)

  it.each<Options>([
    {},
    declared,
    unsaid('probation'),
    // The defaults that are in force, too, may be said.
    { exit: true, readyTimeout: 60_000, launch: {}, readiness: 'auto' },
    { signals: { restart: ['SIGHUP'], shutdown: ['SIGTERM', 'SIGINT'] } },
    { launch: { cwd: undefined } } as unknown as Options,
  ])('may repeat what is in force: %j', (again) => {
    expect(() => checkUnchanged(settings, declared, again)).not.toThrow()
  })

  it.each<[Options, string]>([
    [{ probation: 6 }, 'probation: is 5 already, and now 6 is asked for.'],
    [{ exit: false }, 'exit: is true already, and now false is asked for.'],
    [{ pidFile: 'a.pid' }, "pidFile: is undefined already, and now 'a.pid' is asked for."],
    [{ signals: false }, "signals: is { restart: 'SIGHUP' } already, and now false is asked for."],
    [{ logger: console }, 'logger: is false already, and now '],
    [{ launch: { cwd: '/' } }, "launch: is {} already, and now { cwd: '/' } is asked for."],
  ])('change nothing any more: %j', (changed, message) => {
    expect(() => checkUnchanged(settings, declared, changed)).toThrow(
      expect.objectContaining({ code: 'ERR_ZERODOWN_OPTION_CONFLICT', message: expect.stringContaining(message) }),
    )
  })

  it('are checked as ever', () => {
    expect(() => checkUnchanged(settings, declared, { probation: -1 })).toThrow(/^probation: wants/)
  })
})
