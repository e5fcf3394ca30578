import { randomUUID } from 'node:crypto'
import { chmodSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { ZerodownError, messageOf } from '../../errors.ts'
import { lookAt } from '../../node/stat.ts'

/** Everybody may read it, and its owner may write it. */
const MODE = 0o644

/** A file that names the process in charge. It is replaced in one step, so that no reader sees half a number. */
export class PidFile {
  readonly path: string
  readonly #temporary: string

  /**
   * @param from the directory that a relative path starts from
   * @throws {ZerodownError} `ERR_ZERODOWN_PID_FILE` if no file can be written there: better now than at the first restart.
   */
  constructor(path: string, from: string) {
    this.path = resolve(from, path)
    this.#temporary = `${this.path}.${randomUUID()}.tmp`
    this.#try(() => {
      if (lookAt(this.path)?.isDirectory() === true) throw new Error('EISDIR: it is a folder')
      this.#create('')
      rmSync(this.#temporary)
    })
  }

  /** @throws {ZerodownError} `ERR_ZERODOWN_PID_FILE` */
  write(pid: number): void {
    this.#try(() => {
      this.#create(`${pid}\n`)
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

  /** Creates the file, only if it is new: in a folder such as /tmp, what is there already may be somebody's trap. */
  #create(content: string): void {
    writeFileSync(this.#temporary, content, { flag: 'wx', mode: MODE })
    try {
      chmodSync(this.#temporary, MODE) // The umask may have removed some of it.
    } catch {
      // The file system has no modes.
    }
  }

  #advice(cause: unknown): string {
    const folder = dirname(this.path)
    // The error comes from Node's permission model, and not from the file system.
    return (cause as NodeJS.ErrnoException).code === 'ERR_ACCESS_DENIED'
      ? `Let Node write there (--allow-fs-read=${folder}/* and --allow-fs-write=${folder}/*)`
      : `Create the folder ${folder} and let this user write to it`
  }

  #cleanUp(): void {
    try {
      rmSync(this.#temporary)
    } catch {
      // There is no such file.
    }
  }

  #try(action: () => void): void {
    try {
      action()
    } catch (cause) {
      this.#cleanUp()
      throw new ZerodownError(
        'ERR_ZERODOWN_PID_FILE',
        `pidFile: cannot write ${this.path} (${messageOf(cause)}). ${this.#advice(cause)}, or change pidFile.`,
        { cause },
      )
    }
  }
}
