import { existsSync, linkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { tempDir } from '../../../../test/support/index.ts'
import type { InheritedListener } from '../../src/listeners/inherited.ts'
import { InheritedListeners } from '../../src/listeners/inherited.ts'
import { inodeOf } from '../../src/node/stat.ts'
import { inherit } from '../support/inherited.ts'

const descriptors = ({ fd, spares = [] }: InheritedListener): number[] => [fd, ...spares]
const stillOpen = (listener: InheritedListener): number =>
  descriptors(listener).filter((fd) => inodeOf(fd) === listener.inode).length

/** The listener that was asked for, as if a server had closed its descriptor. */
function adoptAndGiveBack(inherited: InheritedListeners, { asked }: InheritedListener): number {
  const adopted = inherited.adopt(asked as NonNullable<typeof asked>) as InheritedListener
  const descriptor = inherited.descriptorOf(adopted)
  inherited.giveBack(adopted)
  return descriptor
}

describe('an inherited listener', () => {
  it('can be given back as often as it has spare descriptors, and each is used once', async () => {
    const listener = await inherit()
    const inherited = new InheritedListeners([listener])
    const used = descriptors(listener).map(() => adoptAndGiveBack(inherited, listener))
    expect(used).toEqual(descriptors(listener))
    expect(inherited.waiting).toEqual([])
    inherited.drop()
  })

  it('does not take for a spare what is another socket, or none', async () => {
    const [listener, other] = [await inherit(), await inherit()]
    const inherited = new InheritedListeners([{ ...listener, spares: [other.fd, 999_999] }])
    expect(adoptAndGiveBack(inherited, listener)).toBe(listener.fd)
    expect(inherited.waiting).toEqual([])
  })
})

describe('at the commit', () => {
  it('what nobody has adopted is closed, and of the rest the descriptors that are not needed', async () => {
    const [adopted, unwanted] = [await inherit(), await inherit()]
    const inherited = new InheritedListeners([adopted, unwanted])
    expect(inherited.adopt(adopted.bound)).toBe(adopted)
    expect(inherited.drop()).toEqual([unwanted])
    expect([stillOpen(adopted), stillOpen(unwanted)]).toEqual([1, 0])
    expect([inherited.waiting, inherited.drop()]).toEqual([[], []])
  })

  it('the path that nobody has adopted is removed, with its second name; one that was adopted stays', async () => {
    const folder = await tempDir()
    const paths = ['wanted.sock', 'unwanted.sock'].map((name) => join(folder, name))
    const listeners: InheritedListener[] = []
    for (const path of paths) {
      const listener = await inherit({ path })
      linkSync(path, `${path}.second`)
      listeners.push({ ...listener, secondPath: `${path}.second` })
    }
    const inherited = new InheritedListeners(listeners)
    inherited.adopt(listeners[0]?.bound as InheritedListener['bound'])
    inherited.drop()
    const there = paths.map((path) => [existsSync(path), existsSync(`${path}.second`)])
    expect(there).toEqual([
      [true, true],
      [false, false],
    ])
  })
})

describe('what the program can be expected to adopt', () => {
  it('is not a port that anybody could have and nobody has used', async () => {
    const [used, unused] = [await inherit(), { ...(await inherit()), ephemeral: true }]
    const inherited = new InheritedListeners([used, unused])
    expect([inherited.wanted, inherited.noneAdopted]).toEqual([[used], true])
    inherited.adopt(unused.bound)
    expect(inherited.noneAdopted).toBe(true)
    inherited.adopt(used.bound)
    expect([inherited.wanted, inherited.noneAdopted]).toEqual([[], false])
    expect(new InheritedListeners([unused]).noneAdopted).toBe(false)
    inherited.drop()
  })
})
