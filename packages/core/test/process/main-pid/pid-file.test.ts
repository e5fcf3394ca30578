import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { chmod, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { tempDir } from '../../../../../test/support/index.ts'
import { PidFile } from '../../../src/process/main-pid/pid-file.ts'

/** Runs `action` as somebody who may not do everything. */
function unprivileged(action: () => void): void {
  const user = process.geteuid?.()
  if (user !== 0) return action()
  process.seteuid?.(65_534)
  try {
    action()
  } finally {
    process.seteuid?.(0)
  }
}

describe('a pid file', () => {
  it('holds one number and a line end, and is replaced without leaving anything beside it', async () => {
    const folder = await tempDir()
    const file = new PidFile('server.pid', folder)
    expect(readdirSync(folder)).toEqual([])
    file.write(42)
    expect(readFileSync(join(folder, 'server.pid'), 'utf8')).toBe('42\n')
    file.write(4_194_304)
    expect(readFileSync(file.path, 'utf8')).toBe('4194304\n')
    expect(readdirSync(folder)).toEqual(['server.pid'])
  })

  it.each(['077', '000'])('can be read by all and written by its owner, whatever the umask: %s', async (umask) => {
    const file = new PidFile('server.pid', await tempDir())
    const before = process.umask(Number.parseInt(umask, 8))
    try {
      file.write(42)
    } finally {
      process.umask(before)
    }
    expect(statSync(file.path).mode & 0o777).toBe(0o644)
  })

  it('is never half written to who reads it meanwhile', async () => {
    const folder = await tempDir()
    const file = new PidFile('server.pid', folder)
    file.write(1_111_111)
    const seen = new Set<string>()
    const reader = async (): Promise<void> => {
      for (let times = 0; times < 200; times += 1) seen.add(await readFile(file.path, 'utf8'))
    }
    const read = new AbortController()
    void Promise.all([reader(), reader(), reader(), reader()]).then(() => read.abort())
    for (let times = 0; !read.signal.aborted; times += 1) {
      file.write(times % 2 === 0 ? 2_222_222 : 1_111_111)
      await nextTurn()
    }
    expect([...seen].toSorted()).toEqual(['1111111\n', '2222222\n'])
  })

  it('is taken from the folder the process was started in, or from the root', async () => {
    const folder = await tempDir()
    expect(new PidFile('./a/../server.pid', folder).path).toBe(join(folder, 'server.pid'))
    expect(new PidFile(join(folder, 'absolute.pid'), '/').path).toBe(join(folder, 'absolute.pid'))
  })

  it('is left as it was until somebody is in charge', async () => {
    const folder = await tempDir()
    writeFileSync(join(folder, 'server.pid'), '7\n')
    expect(readFileSync(new PidFile('server.pid', folder).path, 'utf8')).toBe('7\n')
  })

  it('is removed by whom it names', async () => {
    const file = new PidFile('server.pid', await tempDir())
    file.write(42)
    file.remove(42)
    expect(existsSync(file.path)).toBe(false)
  })

  it.each(['43\n', '', 'garbage', '420\n'])('is left alone by whom it does not name: %j', async (text) => {
    const file = new PidFile('server.pid', await tempDir())
    writeFileSync(file.path, text)
    file.remove(42)
    expect(readFileSync(file.path, 'utf8')).toBe(text)
  })

  it('may be gone already', async () => {
    const file = new PidFile('server.pid', await tempDir())
    expect(() => file.remove(42)).not.toThrow()
  })
})

describe('a pid file that cannot be written is an error at once, which names it and says what to do', () => {
  const refused = (path: string, reason: RegExp): object =>
    expect.objectContaining({
      code: 'ERR_ZERODOWN_PID_FILE',
      message: expect.stringMatching(
        new RegExp(
          `^pidFile: cannot write ${path} \\(${reason.source}.*\\)\\. Create the folder .*, or change pidFile\\.$`,
        ),
      ),
      cause: expect.any(Error),
    })

  it('in a folder that does not exist', async () => {
    const path = join(await tempDir(), 'missing', 'server.pid')
    expect(() => new PidFile(path, '/')).toThrow(refused(path, /ENOENT/))
  })

  it('under a file', async () => {
    const folder = await tempDir()
    writeFileSync(join(folder, 'file'), '')
    const path = join(folder, 'file', 'server.pid')
    expect(() => new PidFile(path, '/')).toThrow(refused(path, /ENOTDIR/))
  })

  it('in a folder that may only be read', async () => {
    const folder = await tempDir()
    await chmod(folder, 0o555)
    const path = join(folder, 'server.pid')
    unprivileged(() => expect(() => new PidFile(path, '/')).toThrow(refused(path, /EACCES/)))
    expect(readdirSync(folder)).toEqual([])
  })

  it('in place of a folder', async () => {
    const folder = await tempDir()
    const path = join(folder, 'server.pid')
    mkdirSync(path)
    expect(() => new PidFile(path, '/')).toThrow(refused(path, /EISDIR/))
    expect(readdirSync(folder)).toEqual(['server.pid'])
  })

  it('and so it is later, when it no longer can, with nothing left beside it', async () => {
    const folder = await tempDir()
    const file = new PidFile('server.pid', folder)
    mkdirSync(file.path)
    expect(() => file.write(42)).toThrow(refused(file.path, /EISDIR/))
    expect(readdirSync(folder)).toEqual(['server.pid'])
  })
})
