import { randomUUID } from 'node:crypto'
import { chmodSync, constants, renameSync, rmSync } from 'node:fs'
import type { ListenOptions } from 'node:net'
import { connect } from 'node:net'
import { basename, dirname, join } from 'node:path'
import { lookAt } from '../node/stat.ts'

/** The longest path of a unix socket, unix(7): 108 bytes, the last of them a null byte. */
const LONGEST_PATH = 107

let bound = 0

/**
 * The path to bind first; a rename then puts the socket in its place. libuv removes the path that it has bound when the
 * binder closes, even if a successor serves there by then. And a rename replaces a stale path in one step.
 */
export function temporaryPath(path: string): string {
  bound += 1
  const telling = `${path}.${process.pid}.${bound}.tmp`
  return fits(telling) ? telling : vacantName(path)
}

/** unix(7): some versions of Node cut a longer one without a word, others refuse it. */
export const fits = (path: string): boolean => Buffer.byteLength(path) <= LONGEST_PATH

/** A free name that is no longer than the one asked for, so that it fits wherever that fits. */
function vacantName(path: string): string {
  const candidate = join(dirname(path), randomUUID().slice(0, basename(path).length))
  return candidate !== path && isVacant(candidate) ? candidate : vacantName(path)
}

export function putInPlace(temporary: string, path: string): void {
  try {
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}

/** Whether nothing is at `path`. */
export function isVacant(path: string): boolean {
  return lookAt(path) === undefined
}

/** Whether `path` is a socket that nobody listens on any more, as a process that was killed leaves it behind. */
export function isStale(path: string): Promise<boolean> {
  if (lookAt(path)?.isSocket() !== true) return Promise.resolve(isVacant(path))
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
export const pathInUse = (path: string): NodeJS.ErrnoException =>
  listenError('EADDRINUSE', `address already in use ${path}`, path)

export const pathTooLong = (path: string): NodeJS.ErrnoException =>
  listenError('ENAMETOOLONG', `${path} is longer than the ${LONGEST_PATH} bytes of a unix socket path`, path)

const listenError = (code: string, what: string, address: string): NodeJS.ErrnoException =>
  Object.assign(new Error(`listen ${code}: ${what}`), { code, syscall: 'listen', address })

/** Identifies the file at `path`, to tell later whether it is still the same one. */
export function identify(path: string): string | undefined {
  const file = lookAt(path)
  return file && `${file.dev}:${file.ino}`
}

export function removeUnixPath(path: string, identity: string | undefined = identify(path)): void {
  if (path.startsWith('\0') || identity === undefined || identity !== identify(path)) return
  try {
    rmSync(path)
  } catch {
    // The file is gone, or this user may not write to the folder any more. The next process replaces a path that nobody
    // listens on.
  }
}

const { S_IRUSR, S_IRGRP, S_IROTH, S_IWUSR, S_IWGRP, S_IWOTH } = constants

/** The permissions that the options of `listen()` add to a path. */
export function permissionsIn({ readableAll, writableAll }: ListenOptions): number {
  return (
    (readableAll === true ? S_IRUSR | S_IRGRP | S_IROTH : 0) | (writableAll === true ? S_IWUSR | S_IWGRP | S_IWOTH : 0)
  )
}

/** Adds permissions to an inherited path. Node does that only where it binds. */
export function addPermissions(path: string, permissions: number): void {
  const file = permissions === 0 ? undefined : lookAt(path)
  if (file !== undefined) chmodSync(path, (Number(file.mode) & 0o7777) | permissions)
}
