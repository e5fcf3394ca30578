import { createServer } from 'node:net'
import type { Server } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { tempDir } from '../../../../test/support/index.ts'
import type { Inheritance, Received } from '../../src/restart/inheritance.ts'
import { inodeOf } from '../../src/node/stat.ts'
import { INHERITANCE_VARIABLE, receiveInheritance, writeInheritance } from '../../src/restart/inheritance.ts'
import { listeningFd } from '../../src/node/internals/handles.ts'
import { programIn, runNode } from '../support/programs.ts'
import { listen, portOf } from '../support/servers.ts'

const PROGRAM = `
import { INHERITANCE_VARIABLE, receiveInheritance } from '#dist/restart/inheritance.js'
import { createServer } from 'node:net'
const leaked = () => INHERITANCE_VARIABLE in process.env
const received = { ...receiveInheritance(), leaked: leaked(), again: receiveInheritance() }
console.log(JSON.stringify(received))
process.channel?.unref()
`

const nothing: Received = { inheritance: undefined, ignored: undefined }

/** A whole and sound one, without listeners. */
const sound: Inheritance = {
  generation: 2,
  predecessor: process.pid,
  channel: 3,
  listeners: [],
  restartSignals: ['SIGUSR2'],
  restore: {},
  cwd: '/srv',
}

let program: string
let server: Server
let fd: number

beforeEach(async () => {
  program = await programIn(await tempDir(), PROGRAM)
  server = await listen(createServer())
  fd = listeningFd(server) ?? -1
})

/** What a process receives that is started with `text`, and with `fds` from 3 on. */
function received(text: string, stdio: (number | 'ipc')[] = []): Received & { leaked: boolean; again: Received } {
  const env = { [INHERITANCE_VARIABLE]: text }
  return runNode([program], { env, stdio: ['pipe', 'pipe', 'pipe', ...stdio] }) as ReturnType<typeof received>
}

const listenerAt = (at: number, inode = inodeOf(fd) ?? -1): Inheritance['listeners'][number] => ({
  fd: at,
  asked: { kind: 'tcp', host: '', port: portOf(server), ipv6Only: false },
  bound: { kind: 'tcp', host: '::', port: portOf(server), ipv6Only: false },
  inode,
})

describe('an inheritance', () => {
  it('arrives as it was written, once, and is taken out of the environment', () => {
    const inheritance: Inheritance = {
      ...sound,
      listeners: [listenerAt(3), { ...listenerAt(4), asked: undefined }],
      restore: { MODE: 'old', ADDED: null },
    }
    const { inheritance: arrived, ignored, leaked, again } = received(writeInheritance(inheritance), [fd, fd])
    expect(ignored).toBeUndefined()
    expect(arrived).toMatchObject(JSON.parse(JSON.stringify(inheritance)))
    expect(leaked).toBe(false)
    expect(again).toEqual({})
  })

  it('is none where there is no variable', () => {
    expect(runNode([program])).toMatchObject({ leaked: false, again: {} })
  })

  it('without listeners is believed where there is a channel to the parent', () => {
    const run = (stdio: 'pipe' | 'ignore', changes: Partial<Inheritance> = {}): Received =>
      runNode([program], {
        env: { [INHERITANCE_VARIABLE]: writeInheritance({ ...sound, ...changes }) },
        stdio: ['pipe', 'pipe', 'pipe', stdio],
      }) as Received
    expect(run('pipe').inheritance).toMatchObject({ generation: 2 })
    const foreign = /^it was meant for a child of process \d+: there is no channel/
    expect(run('ignore').ignored).toMatch(foreign)
    expect(run('pipe', { predecessor: process.ppid }).ignored).toMatch(foreign)
  })
})

describe('an inheritance that was meant for another process is ignored, with its reason', () => {
  it.each<[string, () => [text: string, stdio?: (number | 'ipc')[]]]>([
    ['the descriptor is not open', () => [writeInheritance({ ...sound, listeners: [listenerAt(3)] })]],
    [
      'the descriptor is another socket',
      () => [writeInheritance({ ...sound, listeners: [listenerAt(3, (inodeOf(fd) ?? 0) + 1)] }), [fd]],
    ],
    [
      'one of two is not there',
      () => [writeInheritance({ ...sound, listeners: [listenerAt(3), listenerAt(4)] }), [fd]],
    ],
  ])('%s', (_, passedOn) => {
    const { inheritance, ignored, leaked } = received(...passedOn())
    expect(inheritance).toBeUndefined()
    expect(ignored).toMatch(/^it was meant for a child of process \d+: file descriptor [34] is not the socket/)
    expect(leaked).toBe(false)
  })
})

describe('an inheritance that cannot be read is ignored, with its reason', () => {
  afterEach(() => vi.unstubAllEnvs())

  /** In this process: none of these gets as far as a descriptor. */
  function receivedHere(text: string): Received {
    vi.stubEnv(INHERITANCE_VARIABLE, text)
    const result = receiveInheritance()
    expect(process.env).not.toHaveProperty(INHERITANCE_VARIABLE)
    return result
  }

  const written = (changes: object): string => JSON.stringify({ version: 1, ...sound, ...changes })
  const listener = { fd: 3, bound: { kind: 'unix', path: '/a' }, inode: 1 }
  const withListener = (changes: object): string => written({ listeners: [{ ...listener, ...changes }] })

  it.each<[string, string, string]>([
    ['empty', '', 'it is not JSON'],
    ['text', 'garbage', 'it is not JSON'],
    ['half of it', writeInheritance(sound).slice(0, -5), 'it is not JSON'],
    ['null', 'null', 'it is not an object'],
    ['a number', '3', 'it is not an object'],
    ['a list', '[]', 'it is not an object'],
    ['of no version', '{}', 'it is of version undefined, and this is version 1'],
    ['of a later version', written({ version: 2 }), 'it is of version 2, and this is version 1'],
    ['of the version as a text', written({ version: '1' }), 'it is of version 1, and this is version 1'],
    ['only a version', '{"version":1}', 'it is incomplete'],
    ['without a generation', written({ generation: undefined }), 'it is incomplete'],
    ['of a negative generation', written({ generation: -1 }), 'it is incomplete'],
    ['of half a generation', written({ generation: 1.5 }), 'it is incomplete'],
    ['without a channel', written({ channel: undefined }), 'it is incomplete'],
    ['with a channel on stderr', written({ channel: 2 }), 'it is incomplete'],
    ['without a predecessor', written({ predecessor: '1' }), 'it is incomplete'],
    ['with listeners that are no list', written({ listeners: {} }), 'it is incomplete'],
    ['with a listener that is none', written({ listeners: [null] }), 'it is incomplete'],
    ['with a listener on stdin', withListener({ fd: 0 }), 'it is incomplete'],
    ['with a listener on a text', withListener({ fd: '3' }), 'it is incomplete'],
    ['with a listener without an inode', withListener({ inode: undefined }), 'it is incomplete'],
    ['with a listener bound to nothing', withListener({ bound: undefined }), 'it is incomplete'],
    ['with a listener of no known kind', withListener({ bound: { kind: 'pigeon' } }), 'it is incomplete'],
    ['with a listener without a port', withListener({ bound: { kind: 'tcp', host: '' } }), 'it is incomplete'],
    ['with a listener without a path', withListener({ bound: { kind: 'unix' } }), 'it is incomplete'],
    ['with a listener asked for nonsense', withListener({ asked: 'tcp' }), 'it is incomplete'],
    ['with a signal that is none', written({ restartSignals: ['SIGFOO'] }), 'it is incomplete'],
    ['without signals', written({ restartSignals: null }), 'it is incomplete'],
    ['with nothing to restore', written({ restore: undefined }), 'it is incomplete'],
    ['with a first directory that is none', written({ cwd: 7 }), 'it is incomplete'],
    ['with a list to restore', written({ restore: [] }), 'it is incomplete'],
    ['with numbers to restore', written({ restore: { PORT: 80 } }), 'it is incomplete'],
  ])('%s', (_, text, ignored) => {
    expect(receivedHere(text)).toEqual({ inheritance: undefined, ignored })
  })

  it('and where there is none, nothing is', () => expect(receiveInheritance()).toEqual(nothing))
})
