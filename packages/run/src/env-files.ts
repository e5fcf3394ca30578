import { accessSync, constants } from 'node:fs'
import { resolve } from 'node:path'
import { ZerodownError, messageOf } from '@zerodown/core/supervision'

/**
 * Looks whether the files of variables can be read: Node says that in its own words on stderr, and ends with code 9.
 * @throws {ZerodownError} `ERR_ZERODOWN_LAUNCH`, which names the file
 */
export function checkEnvFiles(files: readonly string[], folder: string): void {
  for (const file of files) {
    try {
      accessSync(resolve(folder, file), constants.R_OK)
    } catch (cause) {
      throw new ZerodownError('ERR_ZERODOWN_LAUNCH', `envFile: cannot read ${file}: ${messageOf(cause)}`, { cause })
    }
  }
}
