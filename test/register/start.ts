import type { ServerOptions, ServerProcess } from '../support/index.ts'
import { startServer } from '../support/index.ts'

export interface RegisteredOptions extends Omit<ServerOptions, 'options'> {
  /** How it is registered: by an option of Node's, or for all processes that have the variable. Default: by an option. */
  by?: 'option' | 'NODE_OPTIONS'
}

/** Starts a program of `fixtures/register`, or any by its path, as `node --import zerodown/register <program>` does. */
export function startRegistered(program: string, options: RegisteredOptions = {}): Promise<ServerProcess> {
  const { by = 'option', nodeArgs = [], env = {}, ...others } = options
  return startServer(program, {
    ...others,
    nodeArgs: by === 'option' ? [...nodeArgs, '--import', 'zerodown/register'] : nodeArgs,
    env: {
      ...(by === 'option' ? {} : { NODE_OPTIONS: '--import=zerodown/register' }),
      // As `startServer` does for the others.
      ZERODOWN_PROBATION: '0',
      ...env,
    },
  })
}
