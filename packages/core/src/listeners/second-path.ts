import { linkSync, rmSync } from 'node:fs'
import { resolve } from 'node:path'
import { temporaryPath } from './unix-path.ts'

/**
 * A second name for the file of a unix socket, while a restart lasts. Many programs remove their path before they listen
 * or when they exit, and an inherited socket that has lost its name can be given none any more.
 * @returns `undefined` where that cannot be, as on some file systems
 */
export function nameAgain(path: string): string | undefined {
  const second = resolve(temporaryPath(path))
  try {
    linkSync(path, second)
    return second
  } catch {
    return undefined
  }
}

/** Puts a path back that was removed. What is there stays. */
export function putBack(path: string, second: string): void {
  try {
    linkSync(second, path)
  } catch {
    // It is there, or the second name is not.
  }
}

/** What cannot be removed is left behind: a restart is not to end half-way for it. */
export function forgetSecondPath(second: string): void {
  try {
    rmSync(second, { force: true })
  } catch {
    // A folder that this user may not write to any more.
  }
}
