import { describe, expect, it } from 'vitest'
import { UsageError } from '../../src/cli/command.ts'
import { parseRun } from '../../src/cli/run/arguments.ts'

const PROGRAM = { script: 'server.js', args: [] }

describe('zerodown run takes', () => {
  it.each<[string[], object]>([
    [['server.js'], PROGRAM],
    [['-w', '4', 'server.js'], { ...PROGRAM, workers: 4 }],
    [['-w4', 'server.js'], { ...PROGRAM, workers: 4 }],
    [['-w', 'max', 'server.js'], { ...PROGRAM, workers: 'max' }],
    [['-wmax', 'server.js'], { ...PROGRAM, workers: 'max' }],
    [['--workers=2', 'server.js'], { ...PROGRAM, workers: 2 }],
    [['--workers', '2', '-w', '3', 'server.js'], { ...PROGRAM, workers: 3 }],
    [['--pid-file', 'a.pid', '--env-file', '.env', 'server.js'], { ...PROGRAM, pidFile: 'a.pid', envFile: '.env' }],
    [
      ['--max-memory', '500M', '--crash-limit', 'none', 'server.js'],
      { ...PROGRAM, maxMemory: '500M', crashLimit: 'none' },
    ],
    [
      ['--probation', '0', '--handover', 'false', '--readiness=manual', 'server.js'],
      { ...PROGRAM, probation: 0, handover: false, readiness: 'manual' },
    ],
    [['--prefix', 'server.js'], { ...PROGRAM, prefix: true }],
    [['--control', 'a.sock', 'server.js'], { ...PROGRAM, control: 'a.sock' }],
    [['--sticky', 'server.js'], { ...PROGRAM, sticky: true }],
    [['--sticky=false', '-w', '2', 'server.js'], { ...PROGRAM, sticky: false, workers: 2 }],
    [['-w', '2'], { workers: 2 }],
    [[], {}],
  ])('its options before the program: %j', (args, options) => {
    expect(parseRun(args)).toEqual(options)
  })

  it.each<[string[], string[]]>([
    [
      ['server.js', '-w', '4', '--pid-file'],
      ['-w', '4', '--pid-file'],
    ],
    [['server.js', '--help'], ['--help']],
    [
      ['server.js', 'one', '--', '--two'],
      ['one', '--', '--two'],
    ],
    [['--', 'server.js', '--workers=2'], ['--workers=2']],
    [
      ['-w', '1', '--', 'server.js', '--', 'x'],
      ['--', 'x'],
    ],
    [
      ['server.js', '', 'a b'],
      ['', 'a b'],
    ],
  ])('what stands behind the program as its own: %j', (args, its) => {
    expect(parseRun(args)).toMatchObject({ script: 'server.js', args: its })
  })

  it('a program whose name begins with a dash, behind --', () => {
    expect(parseRun(['--', '-w.js'])).toEqual({ script: '-w.js', args: [] })
  })

  it.each<[string[], string[]]>([
    [
      ['--node-args', '--import tsx'],
      ['--import', 'tsx'],
    ],
    [
      ['--node-args', '--import tsx', '--node-args=--enable-source-maps'],
      ['--import', 'tsx', '--enable-source-maps'],
    ],
    [['--node-args', '  --expose-gc '], ['--expose-gc']],
  ])('options for Node, several times as well: %j', (args, nodeArgs) => {
    expect(parseRun([...args, 'server.js'])).toEqual({ ...PROGRAM, nodeArgs })
  })

  it('a value that looks like an option, behind =', () => {
    expect(parseRun(['--pid-file=--workers', 'server.js'])).toEqual({ ...PROGRAM, pidFile: '--workers' })
  })

  it.each([[['--help']], [['-h']], [['-w', '2', '--help', 'server.js']]])('a question for help: %j', (args) => {
    expect(parseRun(args)).toBe('help')
  })
})

describe('zerodown run refuses', () => {
  it.each<[string[], string]>([
    [['--inspect', 'server.js'], 'unknown option --inspect. Options for Node are given as in --node-args "--inspect".'],
    [['-x', 'server.js'], 'unknown option -x.'],
    [['--constructor', 'server.js'], 'unknown option --constructor.'],
    // The supervisor's own business, though a server has options for it.
    [['--signals-restart', 'SIGHUP', 'server.js'], 'unknown option --signals-restart.'],
    [['--script', 'server.js'], 'unknown option --script.'],
    [['--workers'], '--workers: needs a value.'],
    [['-w'], '-w: needs a value.'],
    [
      ['--pid-file', '--workers', '2', 'server.js'],
      '--pid-file: needs a value. One that begins with a dash is given as in --pid-file=--workers.',
    ],
    [['--help=yes', 'server.js'], '--help: takes no value.'],
    [['-w', 'two', 'server.js'], "--workers: wants a whole number from 1 to 1024, or 'max', got 'two'."],
    [['-w=2', 'server.js'], "--workers: wants a whole number from 1 to 1024, or 'max', got '=2'."],
    [['-w', '2.5', 'server.js'], '--workers: wants a whole number'],
    [['--workers=', 'server.js'], '--workers: wants a whole number'],
    [
      ['--max-memory', '500MB', 'server.js'],
      "--max-memory: wants a number of bytes, or a size such as '500M' or '2G', got '500MB'.",
    ],
    [['--crash-limit', '5', 'server.js'], "--crash-limit: wants a limit such as '5/60s', or 'none', got '5'."],
    [['--pid-file=', 'server.js'], "--pid-file: wants a path, got ''."],
    [['--probation', '1s', 'server.js'], '--probation: wants a number of milliseconds'],
  ])('%j', (args, why) => {
    expect(() => parseRun(args)).toThrow(UsageError)
    expect(() => parseRun(args)).toThrow(why)
  })
})
