import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ServerOptions, ServerProcess } from '../support/index.ts'
import { startServer, tempDir, until } from '../support/index.ts'

export interface ControlledServer {
  server: ServerProcess
  control: string
  pidFile: string
  /** What goes wrong in the generations that start from now on. */
  fault(faults: string): Promise<void>
}

/** A server with a pid file and a control socket beside it, once both are there. */
export async function startControlled(options: ServerOptions = {}): Promise<ControlledServer> {
  const folder = await tempDir()
  const [pidFile, faults] = [join(folder, 'app.pid'), join(folder, 'faults')]
  const server = await startServer('http', {
    ...options,
    options: { pidFile, ...options.options },
    env: { FAULT_FILE: faults, ...options.env },
  })
  const control = `${pidFile}.sock`
  await until(() => existsSync(control) && existsSync(pidFile), 'its control socket')
  return { server, control, pidFile, fault: (words) => writeFile(faults, words) }
}
