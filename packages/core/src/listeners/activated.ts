import { readFileSync } from 'node:fs'
import { endianness } from 'node:os'
import { inodeOf } from '../node/stat.ts'
import type { InheritedListener } from './inherited.ts'
import type { ListenTarget } from './listen-target.ts'

/** The first descriptor that a service manager passes, sd_listen_fds(3). */
const FIRST = 3

/** See the states of sockets in the kernel's include/net/tcp_states.h, and SO_ACCEPTCON in include/linux/net.h. */
const TCP_LISTEN = '0A'
const UNIX_ACCEPTS = 0x10000

/**
 * The listening sockets that a service manager has bound and passed to this process (LISTEN_PID, LISTEN_FDS,
 * LISTEN_FDNAMES).
 * @param env as it was when the process was started
 */
export function activatedListeners(env: Readonly<Record<string, string | undefined>>): InheritedListener[] {
  const { LISTEN_PID, LISTEN_FDS = '', LISTEN_FDNAMES = '' } = env
  if (LISTEN_PID !== String(process.pid) || !/^\d{1,4}$/.test(LISTEN_FDS) || LISTEN_FDS === '0') return []
  const names = LISTEN_FDNAMES.split(':')
  const addresses = readAddresses()
  return Array.from({ length: Number(LISTEN_FDS) }).flatMap((_, at) => {
    const fd = FIRST + at
    const inode = inodeOf(fd)
    const bound = inode === undefined ? undefined : addresses.get(inode)
    // What accepts no connections, such as a datagram socket, is the application's own business.
    return inode === undefined || bound === undefined ? [] : [{ fd, inode, bound, activatedAs: names[at] ?? '' }]
  })
}

/** What each socket of this network that accepts connections is bound to, by inode, proc(5). */
function readAddresses(): Map<number, ListenTarget> {
  return new Map([...readPorts('/proc/self/net/tcp'), ...readPorts('/proc/self/net/tcp6'), ...readPaths()])
}

function readPorts(file: string): [number, ListenTarget][] {
  return linesOf(file).flatMap((line) => {
    const [, local = '', , state, , , , , , inode] = line.trim().split(/\s+/)
    const [address = '', port = ''] = local.split(':')
    if (state !== TCP_LISTEN) return []
    return [[Number(inode), { kind: 'tcp', host: hostOf(address), port: Number.parseInt(port, 16), ipv6Only: false }]]
  })
}

function readPaths(): [number, ListenTarget][] {
  return linesOf('/proc/self/net/unix').flatMap((line) => {
    const [, flags = '', inode, path = ''] = /^\S+ \S+ \S+ (\S+) \S+ \S+ +(\d+) (.+)$/.exec(line) ?? []
    if ((Number.parseInt(flags, 16) & UNIX_ACCEPTS) === 0) return []
    return [[Number(inode), { kind: 'unix', path: path.replace(/^@/, '\0') }]]
  })
}

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n').slice(1)
  } catch {
    return [] // Not on Linux, or without IPv6.
  }
}

/** Words of 32 bits, each in the byte order of this machine. */
function hostOf(hex: string): string {
  const bytes = Buffer.from(hex, 'hex')
  if (endianness() === 'LE') bytes.swap32()
  if (bytes.length === 4) return bytes.join('.')
  const groups = Array.from({ length: 8 }, (_, at) => bytes.readUInt16BE(at * 2).toString(16))
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1)
}
