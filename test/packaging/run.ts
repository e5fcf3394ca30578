import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const exec = promisify(execFile)

/** What the tests tell each other is no option of a consumer's. */
const withoutOurs = (): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('ZERODOWN_TEST_')))

/** Runs a program to its end and returns what it wrote to stdout. Rejects with all its output if it fails. */
export async function run(cwd: string, file: string, ...args: string[]): Promise<string> {
  try {
    const { stdout } = await exec(file, args, { cwd, env: withoutOurs(), maxBuffer: 64 * 1024 * 1024 })
    return stdout
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
    throw new Error(`${file} ${args.join(' ')} failed in ${cwd}\n${stdout}${stderr}`, { cause: error })
  }
}
