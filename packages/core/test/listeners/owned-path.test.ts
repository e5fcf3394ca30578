import { existsSync, linkSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { tempDir } from '../../../../test/support/index.ts'
import type { InheritedListener } from '../../src/listeners/inherited.ts'
import { OwnedPath } from '../../src/listeners/owned-path.ts'
import { listen } from '../support/servers.ts'

/** The path of a socket on which somebody listens, with a second name. */
async function aPath({ isOurs = true, adopts = true, permissions = 0 } = {}) {
  const path = join(await tempDir(), 'a.sock')
  const secondPath = `${path}.second`
  await listen(createServer(), { path })
  linkSync(path, secondPath)
  const adopted: InheritedListener = { fd: 900, bound: { kind: 'unix', path }, inode: 0, secondPath }
  const owner = { isOurs }
  const owned = new OwnedPath(path, {
    adopted: adopts ? adopted : undefined,
    permissions,
    isOurs: () => owner.isOurs,
  })
  owned.listens()
  return { path, owned, owner }
}

describe('the path of a unix socket', () => {
  it('is removed by whose it is, and by nobody else', async () => {
    const { path, owned, owner } = await aPath({ isOurs: false })
    owned.remove()
    expect(existsSync(path)).toBe(true)
    owner.isOurs = true
    owned.remove()
    expect(existsSync(path)).toBe(false)
    owned.remove()
  })

  it('stays where another file is there by now', async () => {
    const { path, owned } = await aPath()
    writeFileSync(`${path}.new`, 'of another process')
    renameSync(`${path}.new`, path)
    owned.remove()
    expect(existsSync(path)).toBe(true)
  })

  it('that was inherited gets its permissions when it is ours, and one of our own when it was bound', async () => {
    const mode = (path: string): number => statSync(path).mode & 0o777
    const inherited = await aPath({ isOurs: false, permissions: 0o222 })
    const before = mode(inherited.path)
    inherited.owned.open()
    expect(mode(inherited.path)).toBe(before)
    inherited.owner.isOurs = true
    inherited.owned.open()
    expect(mode(inherited.path)).toBe(before | 0o222)

    const own = await aPath({ adopts: false, permissions: 0o222 })
    own.owned.open()
    expect(mode(own.path)).toBe(before)
  })

  it('that was inherited is put back where it was removed, once it is ours', async () => {
    const { path, owned, owner } = await aPath({ isOurs: false })
    rmSync(path)
    owned.putBack()
    expect(existsSync(path)).toBe(false)
    owner.isOurs = true
    owned.putBack()
    expect(existsSync(path)).toBe(true)
  })
})
