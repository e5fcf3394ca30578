import { lstatSync, renameSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { dirname, join } from 'node:path'

/** The longest path of a unix socket, unix(7): 108 bytes, one of them for the end. */
const LONGEST_PATH = 107

let bound = 0

/**
 * Where to bind, so that a rename puts the socket in its place. libuv removes the path it bound when the binder closes,
 * even after a successor took over; and a rename replaces a stale path in one step.
 */
export function temporaryPath(path: string): string {
  bound += 1
  const long = `${path}.${process.pid}.${bound}.tmp`
  return Buffer.byteLength(long) <= LONGEST_PATH ? long : join(dirname(path), `.${process.pid}.${bound}`)
}

export function putInPlace(temporary: string, path: string): void {
  try {
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}

/** Whether nothing is in the way at `path`, without asking anybody. */
export function isVacant(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) === undefined
}

/** Whether `path` is a socket that nobody listens on any more: what a process that was killed leaves behind. */
export function isStale(path: string): Promise<boolean> {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSocket() !== true) return Promise.resolve(isVacant(path))
  return new Promise((answer) => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      answer(false)
    })
    socket.once('error', (error: NodeJS.ErrnoException) =>
      answer(error.code === 'ECONNREFUSED' || error.code === 'ENOENT'),
    )
  })
}

/** The error that Node gives for a path in use. */
export function pathInUse(path: string): NodeJS.ErrnoException {
  const error: NodeJS.ErrnoException = new Error(`listen EADDRINUSE: address already in use ${path}`)
  return Object.assign(error, { code: 'EADDRINUSE', syscall: 'listen', address: path })
}

/** Which file is at `path` now, to tell later whether it is still the same. */
export function identify(path: string): string | undefined {
  const file = lstatSync(path, { throwIfNoEntry: false })
  return file && `${file.dev}:${file.ino}`
}

export function removeUnixPath(path: string, identity: string | undefined = identify(path)): void {
  if (!path.startsWith('\0') && identity !== undefined && identity === identify(path)) rmSync(path, { force: true })
}
