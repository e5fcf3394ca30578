import { describe, expect, it } from 'vitest'
import type { ListenTarget } from '../../src/listeners/listen-target.ts'
import { explainListenError } from '../../src/listeners/held-address.ts'
import { InheritedListeners } from '../../src/listeners/inherited.ts'

const tcp = (host: string, port = 8080): ListenTarget => ({ kind: 'tcp', host, port, ipv6Only: false })
const inherited = new InheritedListeners([{ fd: 900, asked: tcp(''), bound: tcp('::'), inode: 0 }])
const failed = (code: string): Error => Object.assign(new Error(`listen ${code}`), { code })

describe('a successor that cannot bind', () => {
  it('is told that its predecessor holds the port, on which address, and what to do', () => {
    const cause = failed('EADDRINUSE')
    expect(explainListenError(cause, tcp('127.0.0.1'), inherited)).toMatchObject({
      code: 'ERR_ZERODOWN_ADDRESS_HELD',
      message:
        'cannot listen on tcp:127.0.0.1:8080: the predecessor listens on tcp:[::]:8080, another address on the same ' +
        'port, and holds it until the restart is committed. Change the port as well, or stop and start the service.',
      cause,
    })
  })

  it.each<[string, Error, ListenTarget | undefined]>([
    ['another port is in use', failed('EADDRINUSE'), tcp('127.0.0.1', 8081)],
    ['it is not in use, but forbidden', failed('EACCES'), tcp('127.0.0.1')],
    ['nobody can tell what was asked for', failed('EADDRINUSE'), undefined],
    ['a path is in use', failed('EADDRINUSE'), { kind: 'unix', path: '/a' }],
  ])('gets Node’s own error when %s', (_, error, asked) => {
    expect(explainListenError(error, asked, inherited)).toBe(error)
  })
})
