import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { ZerodownError, messageOf } from '../errors.ts'
import { lookAt } from './stat.ts'

/** A file that names the process in charge. It is replaced in one step, so that no reader sees half a number. */
export class PidFile {
  readonly path: string

  /**
   * @param from the directory that a relative path starts from
   * @throws {ZerodownError} `ERR_ZERODOWN_PID_FILE` if no file can be written there: better now than at the first restart.
   */
  constructor(path: string, from: string) {
    this.path = resolve(from, path)
    this.#try(() => {
      if (lookAt(this.path)?.isDirectory() === true) throw new Error('EISDIR: it is a folder')
      writeFileSync(this.#temporary, '')
      rmSync(this.#temporary)
    })
  }

  /** @throws {ZerodownError} `ERR_ZERODOWN_PID_FILE` */
  write(pid: number): void {
    this.#try(() => {
      writeFileSync(this.#temporary, `${pid}\n`)
      renameSync(this.#temporary, this.path)
    })
  }

  /** Removes the file, unless it names another process by now. */
  remove(pid: number): void {
    try {
      if (Number(readFileSync(this.path, 'utf8')) === pid) rmSync(this.path)
    } catch {
      // Gone already, which is what was wanted.
    }
  }

  get #temporary(): string {
    return `${this.path}.${process.pid}.tmp`
  }

  #cleanUp(): void {
    try {
      rmSync(this.#temporary)
    } catch {
      // It was not there, or its folder is none.
    }
  }

  #try(action: () => void): void {
    try {
      action()
    } catch (cause) {
      this.#cleanUp()
      throw new ZerodownError(
        'ERR_ZERODOWN_PID_FILE',
        `pidFile: cannot write ${this.path} (${messageOf(cause)}). ` +
          `Create the folder ${dirname(this.path)} and let this user write to it, or change pidFile.`,
        { cause },
      )
    }
  }
}
