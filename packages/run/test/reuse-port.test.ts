import { expect, it } from 'vitest'
import { hasReusePort } from '../src/reuse-port.ts'

it.each<[string, NodeJS.Platform, boolean]>([
  ['v20.20.0', 'linux', false],
  ['v22.11.0', 'linux', false],
  ['v22.12.0', 'linux', true],
  ['v23.0.0', 'linux', false],
  ['v23.1.0', 'linux', true],
  ['v24.0.0', 'linux', true],
  ['v26.10.0', 'linux', true],
  ['v27.0.0-nightly2027', 'linux', true],
  ['v24.0.0', 'darwin', false],
  ['v24.0.0', 'win32', false],
])('Node %s on %s: several sockets on one port: %s', (version, platform, has) => {
  expect(hasReusePort({ version, platform })).toBe(has)
})
