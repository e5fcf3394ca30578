import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { tempDir } from './index.ts'
import { canRunManager } from '../systemd/user-manager.ts'

it.each([
  ['it is not root that runs them', 'id', 'echo 1000', 'to start a user manager takes root'],
  ['a namespace takes more rights', 'unshare', 'exit 1', 'to see the control groups its own way takes more rights'],
])(
  'the tests with a real systemd are skipped, with the reason in their titles, where %s',
  async (_, program, does, why) => {
    const folder = await tempDir()
    await writeFile(join(folder, 'id'), '#!/bin/sh\necho 0\n', { mode: 0o755 })
    await writeFile(join(folder, program), `#!/bin/sh\n${does}\n`, { mode: 0o755 })
    expect(canRunManager({ PATH: `${folder}:${process.env['PATH']}` })).toEqual({
      runs: false,
      note: ` (skipped: ${why})`,
    })
  },
)
