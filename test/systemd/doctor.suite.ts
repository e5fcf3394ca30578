import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { zerodown } from '../cli/command.ts'
import { tempDir, until } from '../support/index.ts'
import { Service } from './service.ts'
import { useManager } from './use-manager.ts'

const systemd = useManager()
const { runs, note } = systemd

/** For the doctor, to which a manager of users is below `user@.service`: this one is not. */
async function environment(): Promise<Record<string, string>> {
  const folder = await tempDir()
  const path = systemd.manager.env['PATH'] ?? ''
  await writeFile(join(folder, 'systemctl'), `#!/bin/sh\nPATH='${path}' exec systemctl --user "$@"\n`, { mode: 0o755 })
  return { ...systemd.manager.env, PATH: `${folder}:${path}` }
}

describe.runIf(runs)(`of a unit of systemd’s, zerodown doctor says${note}`, () => {
  it.each([
    [70_000, 10_000, []],
    [70_001, 10_000, [expect.stringMatching(/has TimeoutStopSec=1min 30s, and a stop may take 80001 ms/)]],
  ])('whether it gives a stop its time: drainTimeout %d', async (drainTimeout, shutdownDelay, expected) => {
    const control = join(await tempDir(), 'control')
    const service = await Service.create(systemd.manager, { control, drainTimeout, shutdownDelay })
    await service.start()
    const status = () => zerodown(['status', '--control', control])
    await until(async () => (await status()).code === 0, 'its control socket')
    const { stdout } = await zerodown(['doctor', '--control', control, '--json'], { env: await environment() })
    const { findings } = JSON.parse(stdout) as { findings: { what: string }[] }
    expect(findings.map(({ what }) => what).filter((what) => what.includes(service.name))).toEqual(expected)
  })
})
