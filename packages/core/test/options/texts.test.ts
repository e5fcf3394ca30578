import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { readTexts, textNames, textOptions } from '../../src/options/texts.ts'

/** As a command reads them. */
const readFlags = (flags: Record<string, string>) =>
  readTexts(
    ({ flag }) => flags[flag],
    ({ flag }) => `--${flag}`,
  )

describe('an option has one name for each way to give it', () => {
  it.each([
    [['exit'], 'ZERODOWN_EXIT', 'exit'],
    [['drainTimeout'], 'ZERODOWN_DRAIN_TIMEOUT', 'drain-timeout'],
    [['signals', 'restart'], 'ZERODOWN_SIGNALS_RESTART', 'signals-restart'],
    [['launch', 'execPath'], 'ZERODOWN_LAUNCH_EXEC_PATH', 'launch-exec-path'],
  ] as const)('%j: %s and --%s', (place, variable, flag) => {
    expect(textNames(place)).toEqual({ variable, flag })
  })

  it('which no other option has', () => {
    const names = textOptions.flatMap(({ variable, flag }) => [variable, flag])
    expect(new Set(names).size).toBe(2 * textOptions.length)
  })
})

it('a text can give every option but variables for the successor', () => {
  expect(textOptions.map(({ place }) => place.join('.'))).toEqual([
    'signals.restart',
    'signals.shutdown',
    'signals.leave',
    'readiness',
    'readyTimeout',
    'probation',
    'drainTimeout',
    'maxGenerations',
    'handover',
    'shutdownDelay',
    'lbIdleTimeout',
    'pidFile',
    'control',
    'launch.execPath',
    'launch.args',
    'launch.cwd',
    'exit',
    'logger',
  ])
})

describe('texts that give options', () => {
  it('are put together', () => {
    const flags = { 'drain-timeout': '5', 'signals-restart': 'SIGHUP', 'signals-leave': 'false', 'pid-file': 'a.pid' }
    expect(readFlags(flags)).toEqual({
      drainTimeout: 5,
      signals: { restart: ['SIGHUP'], leave: false },
      pidFile: 'a.pid',
    })
    expect(readFlags({})).toEqual({})
  })

  it.each([
    ['drain-timeout', '1e3', 'a number of milliseconds from 0 to 2000000000'],
    ['drain-timeout', '2000000001', 'a number of milliseconds from 0 to 2000000000'],
    ['signals-leave', 'SIGKILL', 'names of signals such as SIGTERM,SIGINT, or false'],
    ['readiness', "'auto'", 'auto or manual'],
    ['pid-file', '', 'a path'],
    ['control', '', 'a path, or false'],
    ['launch-args', '{}', 'a JSON array of strings such as ["--import","zerodown/register","server.js"]'],
  ])('are refused under the name that they were given by: --%s %s', (flag, text, wants) => {
    const message = `--${flag}: wants ${wants}, got ${inspect(text)}.`
    expect(() => readFlags({ [flag]: text })).toThrow(expect.objectContaining({ code: 'ERR_ZERODOWN_OPTION', message }))
  })
})
