import { describe, expect, it } from 'vitest'
import { table } from '../../packages/core/src/options/table.ts'
import { textNames } from '../../packages/core/src/options/texts.ts'
import { DEFAULT_TIMEOUT } from '../../packages/zerodown/src/cli/usage.ts'
import { parseCommand } from '../../packages/zerodown/src/cli/command.ts'
import { zerodown } from './command.ts'

describe('the command line', () => {
  it.each([['--help'], ['-h'], ['reload', '--help'], ['reload', '-h', '--pid-file', 'a.pid']])(
    'explains itself: %s %s',
    async (...args) => {
      const { code, stdout, stderr } = await zerodown(args.filter((arg) => arg !== undefined))
      expect(stdout).toMatch(/^Usage: zerodown reload .*--pid-file FILE.*--timeout MS.*Exit codes: /s)
      expect(stdout.split('\n').every((line) => line.length <= 100)).toBe(true)
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    },
  )
})

describe('beside the options of a server', () => {
  it('names the same thing the same', () => {
    const flag = `--${textNames(['pidFile']).flag}`
    expect(parseCommand(['reload', flag, 'a.pid'])).toMatchObject({ pidFile: 'a.pid' })
  })

  it('waits longer than a restart may take, where neither says how long', () => {
    const { readyTimeout, probation } = table
    expect(DEFAULT_TIMEOUT).toBeGreaterThan(readyTimeout.default + probation.default)
  })
})

describe('a command that is not understood ends with 2, the reason and the usage', () => {
  it.each<[string[], string]>([
    [[], 'missing command; available: reload.'],
    [['restart'], 'unknown command restart; available: reload.'],
    [['reload'], 'which server? Give either --pid-file FILE or a PID.'],
    [['reload', '42', '--pid-file', 'a.pid'], 'which server? Give either --pid-file FILE or a PID.'],
    [['reload', '42', '43'], 'give one PID, not 2.'],
    [['reload', 'server.pid'], "PID: wants a number from 1 on, got 'server.pid'."],
    [['reload', '0'], "PID: wants a number from 1 on, got '0'."],
    [['reload', '--', '-1'], "PID: wants a number from 1 on, got '-1'."],
    [['reload', '1.5'], "PID: wants a number from 1 on, got '1.5'."],
    [['reload', '99999999999'], "PID: wants a number from 1 on, got '99999999999'."],
    [
      ['reload', '42', '--timeout', '5'],
      '--timeout: needs --pid-file. With a PID, the end of the restart cannot be seen.',
    ],
    [
      ['reload', '--pid-file', 'a.pid', '--timeout', '5s'],
      "--timeout: wants milliseconds from 0 to 2147483647, got '5s'.",
    ],
    [['reload', '--pid-file', 'a.pid', '--timeout='], "--timeout: wants milliseconds from 0 to 2147483647, got ''."],
    [
      ['reload', '--pid-file', 'a.pid', '--timeout', '2147483648'],
      "--timeout: wants milliseconds from 0 to 2147483647, got '2147483648'.",
    ],
    [['reload', '--pidfile', 'a.pid'], "Unknown option '--pidfile'"],
    [['reload', '--pid-file'], "Option '--pid-file <value>' argument missing"],
  ])('%j', async (args, reason) => {
    const { code, stdout, stderr } = await zerodown(args)
    expect(stderr).toContain(`zerodown: ${reason}`)
    expect(stderr).toContain('\n\nUsage: zerodown reload ')
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  })
})
