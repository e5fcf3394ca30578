import type { RunFile } from '@zerodown/run'
import { UsageError } from '../command.ts'
import type { ServiceArguments } from './arguments.ts'

/** How a service can be reached. */
export interface Service {
  /** Of its control socket; `undefined` where only a pid was given. */
  readonly control: string | undefined
  /** Whether somebody has said that path, and not only the pid file that it stands beside. */
  readonly certain: boolean
  readonly pidFile: string | undefined
  readonly pid: number | undefined
}

/**
 * What the arguments name; else the environment; else the configuration file in the working directory.
 * @throws {UsageError}
 */
export async function findService({ control, pidFile, pid }: ServiceArguments): Promise<Service> {
  if (pid !== undefined) return { control: undefined, certain: false, pidFile: undefined, pid }
  if (control !== undefined || pidFile !== undefined) return by(control, pidFile)
  const socket = given('ZERODOWN_CONTROL')
  const inherited = { control: socket === 'false' ? undefined : socket, pidFile: given('ZERODOWN_PID_FILE') }
  if (inherited.control !== undefined || inherited.pidFile !== undefined)
    return by(inherited.control, inherited.pidFile)
  const configured = await configuration()
  const { control: path, pidFile: file } = configured
  if (path || file !== undefined) return by(path || undefined, file)
  throw new UsageError(
    'which server? Give --control PATH, --pid-file FILE or PID; or name control or pidFile in the configuration file of ' +
      'this folder.',
  )
}

/** As for the server itself, an empty variable counts as not set. */
const given = (variable: string): string | undefined => process.env[variable] || undefined

const by = (control: string | undefined, pidFile: string | undefined): Service => ({
  control: control ?? `${pidFile}.sock`,
  certain: control !== undefined,
  pidFile,
  pid: undefined,
})

/** Loaded only here: it takes longer than all the rest of the command. */
async function configuration(): Promise<RunFile> {
  try {
    const { readConfigFile } = await import('@zerodown/run')
    return (await readConfigFile(process.cwd())) ?? {}
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error })
  }
}
