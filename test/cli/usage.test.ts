import { describe, expect, it } from 'vitest'
import { table } from '../../packages/core/src/options/table.ts'
import { textNames } from '../../packages/core/src/options/texts.ts'
import { DEFAULT_TIMEOUT } from '../../packages/zerodown/src/cli/reload/by-signal.ts'
import { parseService } from '../../packages/zerodown/src/cli/service/arguments.ts'
import { read } from '../workspace/members.ts'
import { zerodown } from './command.ts'

describe('the command line', () => {
  it.each<[string[], RegExp]>([
    [['--help'], /^Usage: zerodown COMMAND .*\n {2}run .*\n {2}reload .*Exit codes: /s],
    [['-h'], /^Usage: zerodown COMMAND /],
    [['run', '--help'], /^Usage: zerodown run .*--workers N.*--drain-timeout .*Exit codes: /s],
    [['run', '-w', '2', '-h', 'server.js'], /^Usage: zerodown run /],
    [['reload', '--help'], /^Usage: zerodown reload .*--pid-file FILE.*--timeout MS.*Exit codes: /s],
    [['reload', '-h', '--pid-file', 'a.pid'], /^Usage: zerodown reload /],
    [['status', '--help'], /^Usage: zerodown status .*--watch.*Exit codes: /s],
    [['stop', '--help'], /^Usage: zerodown stop .*--timeout MS.*Exit codes: /s],
    [['doctor', '--help'], /^Usage: zerodown doctor .*Exit codes: /s],
    [['help'], /^Usage: zerodown COMMAND /],
    [['help', 'reload'], /^Usage: zerodown reload /],
  ])('explains itself: %j', async (args, says) => {
    const { code, stdout, stderr } = await zerodown(args)
    expect(stdout).toMatch(says)
    expect(stdout.split('\n').filter((line) => line.length > 100)).toEqual([])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })

  it.each(['--version', '-v'])('says which version it is: %s', async (flag) => {
    const { version } = JSON.parse(read('packages', 'zerodown', 'package.json')) as { version: string }
    expect(await zerodown([flag])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
  })
})

it('the help of status does not name the PID that it refuses', async () => {
  const { stdout } = await zerodown(['status', '--help'])
  expect(stdout).toMatch(/^ {2}--pid-file FILE .*\n\nWithout any of them, /m)
  expect(stdout).not.toMatch(/\bPID\b/)
  expect(await zerodown(['status', '42'])).toMatchObject({ code: 2, stdout: '' })
})

describe('beside the options of a server', () => {
  it('names the same thing the same', () => {
    const [pidFile, control] = ['pidFile', 'control'].map((name) => `--${textNames([name as 'pidFile']).flag}`)
    expect(parseService([pidFile ?? '', 'a.pid'], ['pid-file'])).toMatchObject({ pidFile: 'a.pid' })
    expect(parseService([control ?? '', 'a.sock'], ['control'])).toMatchObject({ control: 'a.sock' })
  })

  it('waits longer than a restart may take, where neither says how long', () => {
    const { readyTimeout, probation } = table
    expect(DEFAULT_TIMEOUT).toBeGreaterThan(readyTimeout.default + probation.default)
  })
})

describe('a command that is not understood ends with 2, the reason and where its help is', () => {
  it.each<[string[], string]>([
    [[], 'missing command; available: run, reload, status, stop, doctor.'],
    [['help', 'restart'], 'unknown command restart; available: run, reload, status, stop, doctor.'],
    [['restart'], 'unknown command restart; available: run, reload, status, stop, doctor.'],
    [['reload'], 'which server? Give --control PATH, --pid-file FILE or PID; or name control or pidFile in the'],
    [['status'], 'which server? Give --control PATH, --pid-file FILE or PID; or name control or pidFile in the'],
    [['stop', '--signal', 'SIGNO', '42'], "--signal: wants the name of a signal such as SIGHUP, got 'SIGNO'."],
    [['status', '--timeout', '5'], "Unknown option '--timeout'"],
    [['reload', '42', '--pid-file', 'a.pid'], 'which server? Give one of --pid-file FILE, --control PATH and PID.'],
    [
      ['reload', '--control', 'a', '--pid-file', 'b'],
      'which server? Give one of --pid-file FILE, --control PATH and PID.',
    ],
    [['reload', '42', '43'], 'give one PID, not 2.'],
    [['reload', 'server.pid'], "PID: wants a number from 1 on, got 'server.pid'."],
    [['reload', '0'], "PID: wants a number from 1 on, got '0'."],
    [['reload', '--', '-1'], "PID: wants a number from 1 on, got '-1'."],
    [['reload', '1.5'], "PID: wants a number from 1 on, got '1.5'."],
    [['reload', '99999999999'], "PID: wants a number from 1 on, got '99999999999'."],
    [['reload', '42', '--timeout', '5'], '--timeout: not with a PID, as the end of the restart cannot be seen then.'],
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
    [['run'], 'which program? Name it, or have a configuration file do so.'],
    [
      ['run', '--worker', '2', 'server.js'],
      'unknown option --worker. Options for Node are given as in --node-args "--worker".',
    ],
    [['run', '-w', '0', 'server.js'], "--workers: wants a whole number from 1 to 1024, or 'max', got '0'."],
    [
      ['run', '--drain-timeout', 'long', 'server.js'],
      '--drain-timeout: wants a number of milliseconds from 0 to 2000000000',
    ],
  ])('%j', async (args, reason) => {
    const { code, stdout, stderr } = await zerodown(args)
    expect(stderr).toContain(`zerodown: ${reason}`)
    const command = ['run', 'reload', 'status', 'stop', 'doctor'].find((name) => name === args[0])
    expect(stderr).toMatch(new RegExp(`\nSee: ${command === undefined ? 'zerodown' : `zerodown ${command}`} --help\n$`))
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  })
})
