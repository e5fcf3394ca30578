import type { Options } from '@zerodown/core'
import { ZerodownError } from '@zerodown/core'
import { textOptions } from '@zerodown/core/adapter'
import { describe, expect, it } from 'vitest'
import { readOptions } from '../../src/register/environment.ts'

function errorOf(env: NodeJS.ProcessEnv): ZerodownError {
  try {
    readOptions(env)
  } catch (error) {
    if (error instanceof ZerodownError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

const examples: [name: string, text: string, options: Options][] = [
  ['ZERODOWN_SIGNALS_RESTART', 'SIGHUP', { signals: { restart: ['SIGHUP'] } }],
  ['ZERODOWN_SIGNALS_RESTART', 'false', { signals: { restart: false } }],
  ['ZERODOWN_SIGNALS_SHUTDOWN', 'SIGTERM, SIGINT', { signals: { shutdown: ['SIGTERM', 'SIGINT'] } }],
  ['ZERODOWN_SIGNALS_LEAVE', 'SIGTERM', { signals: { leave: ['SIGTERM'] } }],
  ['ZERODOWN_READINESS', 'manual', { readiness: 'manual' }],
  ['ZERODOWN_READY_TIMEOUT', '120000', { readyTimeout: 120_000 }],
  ['ZERODOWN_PROBATION', '0', { probation: 0 }],
  ['ZERODOWN_DRAIN_TIMEOUT', '1500.5', { drainTimeout: 1500.5 }],
  ['ZERODOWN_MAX_GENERATIONS', '8', { maxGenerations: 8 }],
  ['ZERODOWN_HANDOVER', 'false', { handover: false }],
  ['ZERODOWN_SHUTDOWN_DELAY', '5000', { shutdownDelay: 5000 }],
  ['ZERODOWN_LB_IDLE_TIMEOUT', '60000', { lbIdleTimeout: 60_000 }],
  ['ZERODOWN_PID_FILE', '/run/app.pid', { pidFile: '/run/app.pid' }],
  ['ZERODOWN_CONTROL', '/run/app.sock', { control: '/run/app.sock' }],
  ['ZERODOWN_CONTROL', 'false', { control: false }],
  ['ZERODOWN_LAUNCH_EXEC_PATH', '/usr/bin/node', { launch: { execPath: '/usr/bin/node' } }],
  ['ZERODOWN_LAUNCH_ARGS', '["server.js","--port=80"]', { launch: { args: ['server.js', '--port=80'] } }],
  ['ZERODOWN_LAUNCH_CWD', '/srv/app/current', { launch: { cwd: '/srv/app/current' } }],
  ['ZERODOWN_EXIT', 'true', { exit: true }],
  ['ZERODOWN_LOGGER', 'false', { logger: false }],
]

describe('the environment says every option', () => {
  it.each(examples)('%s=%s', (name, text, options) => {
    expect(readOptions({ [name]: text })).toEqual(options)
  })

  it('that a text can give', () => {
    expect([...new Set(examples.map(([name]) => name))]).toEqual(textOptions.map(({ variable }) => variable))
  })

  it('the parts of one come together', () => {
    const env = { ZERODOWN_SIGNALS_RESTART: 'SIGTERM', ZERODOWN_SIGNALS_SHUTDOWN: 'SIGINT' }
    expect(readOptions(env)).toEqual({ signals: { restart: ['SIGTERM'], shutdown: ['SIGINT'] } })
  })

  it('an empty variable, those of others, and those that processes pass on, say nothing', () => {
    const env = { ZERODOWN_PID_FILE: '', ZERODOWNER: '1', PATH: '/bin', ZERODOWN_INHERITANCE: '{}' }
    expect(readOptions({ ...env, ZERODOWN_REGISTERED: '42' })).toEqual({})
  })
})

describe('a variable that is wrong is an error that names it, what it wants and what it got', () => {
  const milliseconds = 'a number of milliseconds from 0 to 2000000000'
  const signals = 'names of signals such as SIGTERM,SIGINT, or false'

  it.each([
    ['ZERODOWN_SIGNALS_RESTART', 'SIGUSR3', signals],
    ['ZERODOWN_SIGNALS_RESTART', 'SIGKILL', signals],
    ['ZERODOWN_SIGNALS_SHUTDOWN', 'none', signals],
    ['ZERODOWN_READINESS', 'soon', 'auto or manual'],
    ['ZERODOWN_DRAIN_TIMEOUT', '20s', milliseconds],
    ['ZERODOWN_DRAIN_TIMEOUT', '-1', milliseconds],
    ['ZERODOWN_READY_TIMEOUT', '2147483648', milliseconds],
    ['ZERODOWN_HANDOVER', 'no', 'true or false'],
    ['ZERODOWN_EXIT', '0', 'true or false'],
    ['ZERODOWN_LAUNCH_ARGS', 'server.js', /a JSON array of strings such as \["--import",/],
    ['ZERODOWN_LAUNCH_ARGS', '[1]', /a JSON array of strings/],
    ['ZERODOWN_LOGGER', 'pino', 'false, or not to be set'],
  ])('%s=%s', (name, text, wants) => {
    const { code, message } = errorOf({ [name]: text })
    expect(code).toBe('ERR_ZERODOWN_OPTION')
    expect(message).toMatch(wants)
    expect(message.startsWith(`${name}: wants `)).toBe(true)
    expect(message.endsWith(`, got '${text}'.`)).toBe(true)
  })

  it('two that disagree', () => {
    expect(errorOf({ ZERODOWN_SIGNALS_RESTART: 'SIGTERM' })).toMatchObject({
      code: 'ERR_ZERODOWN_OPTION',
      message: expect.stringMatching(/the variables ZERODOWN_SIGNALS_\* disagree\. .* got SIGTERM for restart and for/),
    })
  })

  it.each([
    ['ZERODOWN_DRAIN_TIMOUT', 'ZERODOWN_DRAIN_TIMEOUT or ZERODOWN_READY_TIMEOUT'],
    ['ZERODOWN_PIDFILE', 'ZERODOWN_PID_FILE'],
    ['ZERODOWN_SIGNALS', 'ZERODOWN_SIGNALS_RESTART or ZERODOWN_SIGNALS_SHUTDOWN'],
    ['ZERODOWN_LAUNCH_ENV', 'ZERODOWN_LAUNCH_CWD or ZERODOWN_LAUNCH_ARGS'],
  ])('%s, which there is not', (name, near) => {
    const { code, message } = errorOf({ [name]: '1' })
    expect(code).toBe('ERR_ZERODOWN_OPTION')
    expect(message).toContain(`${name}: no such option. Did you mean ${near}`)
  })
})
