import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { tempDir } from '../../../../test/support/index.ts'
import { forgetSecondPath, nameAgain, putBack } from '../../src/listeners/second-path.ts'

/** A file does as well as a socket: it is names that count. */
async function named(): Promise<{ path: string; second: string }> {
  const path = join(await tempDir(), 'a.sock')
  writeFileSync(path, 'ours')
  return { path, second: nameAgain(path) as string }
}

describe('the second name of a path', () => {
  it('brings the file back that has lost its first one', async () => {
    const { path, second } = await named()
    rmSync(path)
    putBack(path, second)
    expect(readFileSync(path, 'utf8')).toBe('ours')
  })

  it('replaces nothing that is there by then', async () => {
    const { path, second } = await named()
    rmSync(path)
    writeFileSync(path, 'of another process')
    putBack(path, second)
    expect(readFileSync(path, 'utf8')).toBe('of another process')
  })

  it('leaves nothing behind when it is forgotten, which may be said twice', async () => {
    const { path, second } = await named()
    expect(await readdir(dirname(path))).toHaveLength(2)
    forgetSecondPath(second)
    forgetSecondPath(second)
    expect(await readdir(dirname(path))).toEqual(['a.sock'])
    putBack(path, second)
    expect(readFileSync(path, 'utf8')).toBe('ours')
  })

  it('is another one each time, and none where there is no file', async () => {
    const { path, second } = await named()
    expect(nameAgain(path)).not.toBe(second)
    expect(nameAgain(join(dirname(path), 'b.sock'))).toBeUndefined()
  })
})
