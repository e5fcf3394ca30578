import { mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { InheritedListener } from '@zerodown/core/supervision'
import { describe, expect, it, onTestFinished } from 'vitest'
import { HeldSockets } from '../src/held-sockets.ts'

/** A handle that counts how often it is closed. */
function counted(fd: number) {
  const handle = { fd, closed: 0, close: () => void (handle.closed += 1) }
  return handle
}

const port = (inode: number, asked = 8080, index?: number): InheritedListener => ({
  fd: 3,
  inode,
  asked: { kind: 'tcp', host: '::', port: asked, ipv6Only: false },
  bound: { kind: 'tcp', host: '::', port: 8080 + inode, ipv6Only: false },
  portZeroIndex: index,
})

const unix = (inode: number, path: string): InheritedListener => ({ fd: 3, inode, bound: { kind: 'unix', path } })

/** A path with something there, in a folder of its own. */
async function aPath(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'zd-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const path = join(folder, 'app.sock')
  await writeFile(path, '')
  return path
}

describe('the sockets of a slot', () => {
  it('are found by their inodes, with the descriptors of this process', () => {
    const held = new HeldSockets()
    held.add(port(1), counted(21))
    held.add(port(2), counted(22))
    expect(held.listeners).toEqual([
      { ...port(1), fd: 21 },
      { ...port(2), fd: 22 },
    ])
    expect([held.descriptorOf(1), held.descriptorOf(2), held.descriptorOf(3)]).toEqual([21, 22, undefined])
  })

  it('that a service manager has passed are kept, whoever does not want them, and so are their paths', async () => {
    const path = await aPath()
    const [one, other] = [new HeldSockets(), new HeldSockets()]
    const passed = [{ ...unix(1, path), fd: 4, activatedAs: 'app.socket' }]
    for (const held of [one, other]) held.keep(passed)
    other.share(one, true)
    one.remove(1)
    expect([one.listeners, other.listeners]).toEqual([passed, passed])
    for (const held of [one, other]) {
      held.closeAll()
      held.removeAll()
    }
    expect(await readdir(join(path, '..'))).toEqual(['app.sock'])
  })

  it('are closed when a worker does not want them any more, and only then', () => {
    const held = new HeldSockets()
    const [one, other] = [counted(21), counted(22)]
    held.add(port(1), one)
    held.add(port(2), other)
    held.remove(1)
    held.remove(1)
    held.remove(404)
    expect([one.closed, other.closed, held.descriptorOf(1)]).toEqual([1, 0, undefined])
    held.removeAll()
    expect([one.closed, other.closed, held.listeners]).toEqual([1, 1, []])
  })

  it('are held once: a second descriptor of the same one is closed', () => {
    const held = new HeldSockets()
    const [one, again] = [counted(21), counted(22)]
    held.add(port(1), one)
    held.add(port(1), again)
    expect([held.descriptorOf(1), one.closed, again.closed]).toEqual([21, 0, 1])
  })

  it.each([undefined, null, {}, { fd: 5 }, { fd: 'x', close() {} }])('are none without a handle: %j', (handle) => {
    const held = new HeldSockets()
    held.add(port(1), handle)
    expect(held.listeners).toEqual([])
  })

  it('that several slots share are closed with the last one', () => {
    const [first, second] = [new HeldSockets(), new HeldSockets()]
    const handle = counted(21)
    first.add(port(1), handle)
    second.share(first, true)
    expect(second.descriptorOf(1)).toBe(21)
    first.removeAll()
    expect(handle.closed).toBe(0)
    second.removeAll()
    expect(handle.closed).toBe(1)
  })

  it('on ports are not shared where each slot has its own', async () => {
    const [first, second] = [new HeldSockets(), new HeldSockets()]
    first.add(port(1), counted(21))
    first.add(unix(2, await aPath()), counted(22))
    second.share(first, false)
    expect(second.listeners.map(({ inode }) => inode)).toEqual([2])
  })

  it('tell which ports they got where any would do', () => {
    const held = new HeldSockets()
    held.add(port(1), counted(21))
    held.add(port(2, 0, 1), counted(22))
    held.add(port(3, 0, 2), counted(23))
    const key = 'tcp:[::]:0'
    expect(held.anyPorts).toEqual([
      { key, index: 1, port: 8082 },
      { key, index: 2, port: 8083 },
    ])
  })

  it('take their path along, unless another process has put a file of its own there', async () => {
    const [its, others] = [await aPath(), await aPath()]
    const held = new HeldSockets()
    held.add(unix(1, its), counted(21))
    held.add(unix(2, others), counted(22))
    await writeFile(`${others}.new`, 'of another process')
    await rename(`${others}.new`, others)
    held.removeAll()
    expect(await readdir(join(its, '..'))).toEqual([])
    expect(await readdir(join(others, '..'))).toEqual(['app.sock'])
  })
})
