import { closeSync, fstatSync, openSync, readFileSync, watch } from 'node:fs'
import { dirname } from 'node:path'

/**
 * How often to look where nothing tells: whether a process has ended, or on a file system that cannot be watched. ms
 */
const INTERVAL = 100

/** The pid that a file names. */
export function readPid(file: string): number | undefined {
  return readPidFile(file).pid
}

/** The pid that a file names, and when it was written there, ms since the epoch. */
export function readPidFile(file: string): { pid: number | undefined; written: number } {
  const fd = openSync(file, 'r')
  try {
    const text = readFileSync(fd, 'utf8').trim()
    return { pid: /^[1-9]\d{0,9}$/.test(text) ? Number(text) : undefined, written: fstatSync(fd).mtimeMs }
  } finally {
    closeSync(fd)
  }
}

/**
 * Calls `look` at once, at every change in the folder of the file, and now and then, until it returns something.
 * @returns what `look` has returned; `undefined` after `timeout` ms
 */
export function watchPidFile<Found>(
  file: string,
  timeout: number,
  look: () => Found | undefined,
): Promise<Found | undefined> {
  return new Promise((resolve, reject) => {
    const again = (): void => {
      try {
        const found = look()
        if (found !== undefined) end(() => resolve(found))
      } catch (error) {
        end(() => reject(error))
      }
    }
    const end = (settle: () => void): void => {
      clearTimeout(late)
      clearInterval(interval)
      stopWatching()
      settle()
    }
    const late = setTimeout(() => end(() => resolve(undefined)), timeout)
    const interval = setInterval(again, INTERVAL)
    // Watch the folder: the file is replaced, and a watch on it would see nothing more.
    const stopWatching = watchFolder(dirname(file), again)
    again()
  })
}

function watchFolder(folder: string, changed: () => void): () => void {
  try {
    const watcher = watch(folder, changed)
    watcher.on('error', () => watcher.close())
    return () => watcher.close()
  } catch {
    return () => {} // There are too many watches, or the file system has none: the interval is enough.
  }
}
