import { randomUUID } from 'node:crypto'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cleanUp } from '../support/clean-up.ts'
import type { Deployment } from './deployment.ts'
import { Unit } from './unit.ts'
import type { UserManager } from './user-manager.ts'

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const CLI = at('../../packages/zerodown/dist/cli/main.js')
const NODE = process.env['ZERODOWN_TEST_NODE'] ?? process.execPath

/**
 * Installs units of examples/systemd, as they are but for what belongs to the machine: the paths, the port, the user, and
 * a name of their own.
 * @param changes what else is different, by what stands there
 */
export async function install<const Files extends readonly string[]>(
  manager: UserManager,
  files: Files,
  deployment: Deployment,
  changes: Readonly<Record<string, string>> = {},
): Promise<{ -readonly [At in keyof Files]: Unit }> {
  const id = `zd-${randomUUID().slice(0, 8)}`
  const units: Unit[] = []
  for (const file of files) {
    const name = `${id}-${file}`
    const text = replaced(await readFile(at(`../../examples/systemd/${file}`), 'utf8'), {
      ...changes,
      'User=app\n': 'UnsetEnvironment=ZERODOWN_TEST_RUN\n',
      'RuntimeDirectory=app': `RuntimeDirectory=${id}`,
      '%t/app/': `%t/${id}/`,
      '/srv/app': deployment.folder,
      '/usr/bin/node': NODE,
      '/usr/bin/zerodown': `${NODE} ${CLI}`,
      '=:8080': `=127.0.0.1:${deployment.port}`,
      'ListenStream=8080': `ListenStream=127.0.0.1:${deployment.port}`,
      '=app-socket.socket': `=${id}-app-socket.socket`,
      '-w max': '-w 2',
      '=multi-user.target': '=default.target',
    })
    await writeFile(join(manager.units, name), text)
    units.push(new Unit(manager, name))
  }
  cleanUp(() => remove(manager, units))
  await manager.systemctl('daemon-reload')
  return units as { -readonly [At in keyof Files]: Unit }
}

function replaced(text: string, changes: Readonly<Record<string, string>>): string {
  let result = text
  for (const [before, after] of Object.entries(changes)) result = result.replaceAll(before, after)
  return result
}

async function remove(manager: UserManager, units: readonly Unit[]): Promise<void> {
  // A socket first: it would start its service again.
  for (const unit of units.toReversed()) {
    await manager.systemctl('stop', '--no-block', unit.name)
    if (unit.name.endsWith('.service')) await unit.signalAll('SIGKILL').catch(() => {}) // None may be left.
    await unit.stop()
    await manager.systemctl('reset-failed', unit.name).catch(() => {}) // It need not have failed.
    await rm(join(manager.units, unit.name))
  }
}
