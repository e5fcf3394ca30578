import { expect, it, onTestFinished } from 'vitest'
import type { Inheritance } from '../../src/restart/inheritance.ts'
import { takePidVariables } from '../../src/restart/pid-variables.ts'

const OURS = String(process.pid)

/** What stands in the variables, of this process and of the command that it was started with. */
function taken(env: Record<string, string>, inheritance: Partial<Inheritance> | undefined): unknown {
  const before = { ...process.env }
  onTestFinished(() => void (process.env = before))
  Object.assign(process.env, env)
  const command = { argv0: 'node', args: [], cwd: '/', env }
  const { env: read } = takePidVariables(command, inheritance as Inheritance)
  for (const [name, value] of Object.entries(read)) expect(process.env[name]).toBe(value)
  return read
}

it.each<[string, Partial<Inheritance> | undefined, Record<string, string>, Record<string, string>]>([
  ['of the first process stay', undefined, { LISTEN_PID: '7' }, { LISTEN_PID: '7' }],
  [
    'that name the predecessor',
    { predecessor: 7 },
    { LISTEN_PID: '7', WATCHDOG_PID: '7' },
    { LISTEN_PID: OURS, WATCHDOG_PID: OURS },
  ],
  [
    'that name the supervisor',
    { worker: { slot: 1, slots: 1, supervisor: 7 } },
    { LISTEN_PID: '7' },
    { LISTEN_PID: OURS },
  ],
  [
    'that name somebody else stay',
    { predecessor: 7 },
    { LISTEN_PID: '8', WATCHDOG_PID: '1' },
    { LISTEN_PID: '8', WATCHDOG_PID: '1' },
  ],
  ['that are none stay none', { predecessor: 7 }, { OTHER: '7' }, { OTHER: '7' }],
])('variables %s', (_, inheritance, env, expected) => {
  expect(taken(env, inheritance)).toEqual(expected)
})
