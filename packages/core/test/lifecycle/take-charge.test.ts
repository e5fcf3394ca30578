import { existsSync, statSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { tempDir } from '../../../../test/support/index.ts'
import { inodeOf } from '../../src/node/stat.ts'
import { arrived } from '../support/carriers.ts'
import { inherit } from '../support/inherited.ts'
import { aServingProcess } from '../support/lifecycles.ts'
import { aSuccessor } from '../support/successors.ts'
import { listen } from '../support/servers.ts'

const ANY = { port: 0, host: '127.0.0.1' }
const MODE = 0o777

describe('a process that takes charge', () => {
  it('writes its pid, where nobody was in charge before it', async () => {
    const pidFile = join(await tempDir(), 'pid')
    await aServingProcess({ pidFile })
    expect(await readFile(pidFile, 'utf8')).toBe(`${process.pid}\n`)
  })

  it.each([
    ['leaves the pid file as its predecessor wrote it, after a commit', 'commit', 'as it was'],
    ['writes its pid, after the end of its predecessor', 'predecessor gone', `${process.pid}\n`],
  ])('%s', async (_, how, written) => {
    const pidFile = join(await tempDir(), 'pid')
    await writeFile(pidFile, 'as it was')
    const { successor, predecessor, dies } = await aSuccessor([await inherit()], { options: { pidFile }, dies: true })
    await listen(successor.attach(), ANY)
    await successor.emitted('ready')
    expect(await readFile(pidFile, 'utf8')).toBe('as it was')
    if (how === 'commit') predecessor.send({ type: 'commit', restart: false })
    else await dies()
    await successor.emitted('inCharge')
    expect(await readFile(pidFile, 'utf8')).toBe(written)
    await dies()
  })

  it('closes what it has inherited and does not want, at the commit and not before', async () => {
    const folder = await tempDir()
    const path = join(folder, 'a.sock')
    const [wanted, unwanted] = [await inherit(), await inherit({ path })]
    const { successor, predecessor, dies } = await aSuccessor([wanted, unwanted], { dies: true })
    await listen(successor.attach(), ANY)
    successor.lifecycle.sayReady()
    expect(successor.lines).toContain(`nothing listens on unix:${path} any more; it will be closed at commit.`)
    const descriptors = [unwanted.fd, ...(unwanted.spares ?? [])]
    expect(descriptors.map(inodeOf)).toEqual(Array(4).fill(unwanted.inode))

    predecessor.send({ type: 'commit', restart: false })
    await successor.emitted('dropped')
    expect(successor.told.dropped).toEqual({ key: `unix:${path}` })
    expect(descriptors.map(inodeOf)).toEqual(Array(4).fill(undefined))
    expect(existsSync(path)).toBe(false)
    // Of what it wants the one descriptor is left that it listens on.
    expect([wanted.fd, ...(wanted.spares ?? [])].map(inodeOf)).toEqual([wanted.inode, undefined, undefined, undefined])
    await dies()
  })

  it('gives an inherited path the permissions that listen() asked for, at the commit and not before', async () => {
    const path = join(await tempDir(), 'a.sock')
    const { successor, predecessor, dies } = await aSuccessor([await inherit({ path })], { dies: true })
    const before = statSync(path).mode & MODE
    await listen(successor.attach(), { path, writableAll: true })
    await successor.emitted('ready')
    expect(statSync(path).mode & MODE).toBe(before)

    predecessor.send({ type: 'commit', restart: false })
    await successor.emitted('inCharge')
    await arrived()
    expect(statSync(path).mode & MODE).toBe(before | 0o222)
    await dies()
  })
})
