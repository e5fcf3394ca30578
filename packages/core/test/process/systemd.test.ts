import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { tempDir } from '../../../../test/support/index.ts'
import { notifySystemd } from '../../src/process/systemd.ts'

/** A `systemd-notify` first in PATH, which does as the script says. */
async function fakeNotify(script: string): Promise<string> {
  const folder = await tempDir()
  const file = join(folder, 'systemd-notify')
  await writeFile(file, `#!/bin/sh\n${script}\n`)
  await chmod(file, 0o755)
  vi.stubEnv('PATH', `${folder}:${process.env['PATH']}`)
  return folder
}

afterEach(() => vi.unstubAllEnvs())

describe('systemd', () => {
  it('is told through systemd-notify, one variable a word', async () => {
    const folder = await fakeNotify('printf "%s\\n" "$#" "$@" "$NOTIFY_SOCKET" >"$(dirname "$0")/told"')
    vi.stubEnv('NOTIFY_SOCKET', '/run/systemd/notify')
    expect(await notifySystemd('READY=1', 'MAINPID=42')).toBeUndefined()
    expect(await readFile(join(folder, 'told'), 'utf8')).toBe('2\nREADY=1\nMAINPID=42\n/run/systemd/notify\n')
  })

  it.each(['', undefined])('is left alone where it did not start this process (NOTIFY_SOCKET=%j)', async (socket) => {
    const folder = await fakeNotify('touch "$(dirname "$0")/told"')
    vi.stubEnv('NOTIFY_SOCKET', socket)
    expect(await notifySystemd('READY=1')).toBeUndefined()
    await expect(readFile(join(folder, 'told'))).rejects.toThrow('ENOENT')
  })

  it('that cannot be told is a reason, and no error', async () => {
    await fakeNotify('echo "no such socket" >&2; exit 1')
    vi.stubEnv('NOTIFY_SOCKET', '/nowhere')
    expect(await notifySystemd('READY=1')).toMatchObject({ message: expect.stringContaining('no such socket') })
    vi.stubEnv('PATH', '/nonexistent')
    expect(await notifySystemd('READY=1')).toMatchObject({ code: 'ENOENT' })
  })
})
