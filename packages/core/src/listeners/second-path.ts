import { linkSync, rmSync } from 'node:fs'
import { resolve } from 'node:path'
import { temporaryPath } from './unix-path.ts'

/**
 * Gives the file of a unix socket a second name, while a restart lasts. Many programs remove their path before they
 * listen or when they exit, and once an inherited socket has lost its last name, there is no way to give it one.
 * @returns `undefined` where that is not possible, as on some file systems
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

/** Puts back a path that was removed. It replaces nothing. */
export function putBack(path: string, second: string): void {
  try {
    linkSync(second, path)
  } catch {
    // The path is there, or the second name is not.
  }
}

/** Removes the second name. If it cannot, it leaves it behind: that is no reason to fail a restart. */
export function forgetSecondPath(second: string): void {
  try {
    rmSync(second, { force: true })
  } catch {
    // This user may not write to the folder any more.
  }
}
