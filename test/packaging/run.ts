import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const exec = promisify(execFile)

/** Runs a program to its end and returns what it wrote to stdout. Rejects with all its output if it fails. */
export async function run(cwd: string, file: string, ...args: string[]): Promise<string> {
  try {
    const { stdout } = await exec(file, args, { cwd, maxBuffer: 64 * 1024 * 1024 })
    return stdout
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
    throw new Error(`${file} ${args.join(' ')} failed in ${cwd}\n${stdout}${stderr}`, { cause: error })
  }
}
