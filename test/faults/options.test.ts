import type { Options } from 'zerodown'
import zerodown, { ZerodownError, create } from 'zerodown'
import { createServer } from 'node:http'
import { describe, expect, it } from 'vitest'

/** What was thrown, which must be an error of zerodown. */
function errorOf(action: () => unknown): ZerodownError {
  try {
    action()
  } catch (error) {
    if (error instanceof ZerodownError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

type Wrong = [name: string, value: unknown, wants: string, got: string]

const milliseconds = 'a number of milliseconds from 0 to 2000000000'

const wrongTime = (name: string): Wrong[] => [
  [name, -1, milliseconds, '-1'],
  [name, Number.NaN, milliseconds, 'NaN'],
  [name, Number.POSITIVE_INFINITY, milliseconds, 'Infinity'],
  // With what some waits add to it, longer than a timer can wait.
  [name, 2_000_000_001, milliseconds, '2000000001'],
  [name, '1000', milliseconds, "'1000'"],
  [name, null, milliseconds, 'null'],
]

const wrong: Wrong[] = [
  ...['readyTimeout', 'probation', 'drainTimeout', 'shutdownDelay', 'lbIdleTimeout'].flatMap(wrongTime),
  ['signals', 'SIGUSR2', 'an object with restart, shutdown or leave, or false', "'SIGUSR2'"],
  ['signals', true, 'an object with restart, shutdown or leave, or false', 'true'],
  ['readiness', 'soon', "'auto' or 'manual'", "'soon'"],
  ['pidFile', 42, 'a path', '42'],
  ['pidFile', '', 'a path', "''"],
  ['launch', 'node', 'an object with execPath, args, cwd or env', "'node'"],
  ['exit', 'no', 'true or false', "'no'"],
  ['logger', true, 'an object with the functions info, warn and error, or false', 'true'],
  [
    'logger',
    { info() {} },
    'an object with the functions info, warn and error, or false',
    '{ info: [Function: info] }',
  ],
]

describe('an option that is wrong is an error that names it, what it wants and what it got', () => {
  it.each(wrong)('%s: %o', (name, value, wants, got) => {
    expect(errorOf(() => create({ [name]: value }))).toMatchObject({
      code: 'ERR_ZERODOWN_OPTION',
      message: `${name}: wants ${wants}, got ${got}.`,
    })
  })

  it.each([
    ['signals.restart', { signals: { restart: 12 } }],
    ['signals.shutdown', { signals: { shutdown: ['TERM'] } }],
    ['launch.execPath', { launch: { execPath: false } }],
    ['launch.args', { launch: { args: 'server.js' } }],
    ['launch.cwd', { launch: { cwd: 1 } }],
    ['launch.env', { launch: { env: { PORT: 80 } } }],
  ])('%s, inside another', (name, options) => {
    const { code, message } = errorOf(() => create(options as unknown as Options))
    expect(code).toBe('ERR_ZERODOWN_OPTION')
    expect(message).toMatch(new RegExp(`${name}: wants .*, got `))
  })

  it.each([
    ['drainTimout', { drainTimout: 1000 }, /drainTimout: no such option\. There are: .*drainTimeout/],
    ['launch.path', { launch: { path: '/bin/node' } }, /launch\.path: no such option\. There are: .*execPath/],
    [
      'signals.reload',
      { signals: { reload: 'SIGHUP' } },
      /signals\.reload: no such option\. There are: restart, shutdown/,
    ],
  ])('%s, which there is not', (_, options, says) => {
    expect(errorOf(() => create(options as Options))).toMatchObject({
      code: 'ERR_ZERODOWN_OPTION',
      message: expect.stringMatching(says),
    })
  })

  it.each([null, 'fast', 42, [1]])('options that are %j', (options) => {
    expect(errorOf(() => create(options as unknown as Options))).toMatchObject({
      code: 'ERR_ZERODOWN_OPTION',
      message: expect.stringMatching(/wants an object/),
    })
  })

  it('at every entry point', async () => {
    const negative = { probation: -5 }
    const code = 'ERR_ZERODOWN_OPTION'
    expect(errorOf(() => zerodown.attach(createServer(), negative)).code).toBe(code)
    expect(
      errorOf(() =>
        zerodown.express(
          Object.assign(() => {}, { listen() {} }),
          negative,
        ),
      ).code,
    ).toBe(code)
    await expect(zerodown.listenAndServe('127.0.0.1:0', () => {}, negative)).rejects.toMatchObject({ code })
    // It changed nothing: the next call starts from where all was well.
    expect(zerodown.attach(createServer())).toBeDefined()
  })
})

describe('options belong to the process', () => {
  it('two that disagree are an error, which says both', () => {
    const instance = create({ probation: 100 })
    expect(errorOf(() => instance.attach(createServer(), { probation: 200 }))).toMatchObject({
      code: 'ERR_ZERODOWN_OPTION_CONFLICT',
      message: expect.stringMatching(/probation: is 100 already, and now 200 is asked for/),
    })
  })

  it('two that agree are none', () => {
    const launch = { env: { PORT: '8080' } }
    const instance = create({ probation: 100, launch })
    expect(() => instance.attach(createServer(), { probation: 100, launch: structuredClone(launch) })).not.toThrow()
  })
})

describe('an address that is wrong is an error that says what it wants', () => {
  it.each([
    '',
    'localhost',
    ':',
    ':http',
    ':65536',
    '-1',
    65_536,
    -1,
    1.5,
    Number.NaN,
    'unix:',
    'unix:@',
    '[::1:80',
    null,
  ])('%j', async (address) => {
    await expect(create().listenAndServe(address as string, () => {})).rejects.toMatchObject({
      code: 'ERR_ZERODOWN_ADDRESS',
      message: expect.stringMatching(/address: wants .* got /),
    })
  })
})
