import { describe, expect, it } from 'vitest'
import type { Address } from '../../src/listeners/address.ts'
import { parseAddress } from '../../src/listeners/address.ts'

describe('an address', () => {
  it.each<[Address, object]>([
    [':8080', { port: 8080 }],
    ['8080', { port: 8080 }],
    [8080, { port: 8080 }],
    [0, { port: 0 }],
    [':0', { port: 0 }],
    [':65535', { port: 65535 }],
    ['127.0.0.1:8080', { host: '127.0.0.1', port: 8080 }],
    ['0.0.0.0:80', { host: '0.0.0.0', port: 80 }],
    ['localhost:8080', { host: 'localhost', port: 8080 }],
    ['my-host.example:8080', { host: 'my-host.example', port: 8080 }],
    ['[::1]:8080', { host: '::1', port: 8080 }],
    ['[::]:8080', { host: '::', port: 8080 }],
    ['[fe80::1%eth0]:8080', { host: 'fe80::1%eth0', port: 8080 }],
    ['unix:/run/server.sock', { path: '/run/server.sock' }],
    ['unix:server.sock', { path: 'server.sock' }],
    ['unix:/a path/with:colons', { path: '/a path/with:colons' }],
    ['unix:@server', { path: '\0server' }],
  ])('%j is %j', (address, options) => {
    expect(parseAddress(address)).toEqual(options)
  })

  it('in Node’s own words is taken as it is', () => {
    const options = { port: 8080, host: '::1', ipv6Only: true, backlog: 7 }
    expect(parseAddress(options)).toBe(options)
  })
})

describe('what is no address is an error that names what it wants and what it got', () => {
  it.each([
    '',
    ':',
    'unix:',
    'unix:@',
    'localhost',
    ':http',
    ':65536',
    '65536',
    '123456',
    ':-1',
    ':8080 ',
    ' :8080',
    ':80.5',
    '::1:8080',
    '::1',
    '[::1]',
    '[::1]8080',
    '[127.0.0.1]:8080',
    '[]:8080',
    '/run/server.sock',
    'http://localhost:8080',
    -1,
    80.5,
    65536,
    Number.NaN,
    Infinity,
    null,
    undefined,
    true,
  ])('%j', (address) => {
    expect(() => parseAddress(address as Address)).toThrow(
      expect.objectContaining({
        code: 'ERR_ZERODOWN_ADDRESS',
        message: expect.stringMatching(/^address: wants ':8080', .*, got .*\.$/),
      }),
    )
  })

  it('shows what it got', () => {
    expect(() => parseAddress(':http')).toThrow(/, got ':http'\.$/)
    expect(() => parseAddress(-1)).toThrow(/, got -1\.$/)
  })
})
