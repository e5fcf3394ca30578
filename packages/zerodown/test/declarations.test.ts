import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Member } from '../../../test/workspace/members.ts'
import { ROOT, isPublished, membersOfWorkspace } from '../../../test/workspace/members.ts'

const published = membersOfWorkspace().filter(isPublished)

/** Whatever a package may be used without: the frameworks. */
const peers = new Set(published.flatMap(({ manifest }) => Object.keys(manifest.peerDependencies ?? {})))

const declarationsOf = (folder: string): string[] =>
  readdirSync(join(ROOT, folder, 'dist'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.d.ts'))
    .map((file) => join(ROOT, folder, 'dist', file))

/** Whether whoever has a package has this framework as well, with its types: without Nest there is no module for Nest. */
const isThere = (peer: string, { peerDependencies = {}, peerDependenciesMeta = {} }: Member['manifest']): boolean =>
  peer.startsWith('@nestjs/') && peer in peerDependencies && peerDependenciesMeta[peer]?.optional !== true

/** Its types alone: neither what is said about them, nor texts among them. */
const typesIn = (source: string): string =>
  source.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '').replaceAll(/'[^'\n]*'|"[^"\n]*"/g, "''")

describe.each(published)('the declarations of $folder', ({ folder, manifest }) => {
  it('say what everything is: nothing is any', () => {
    const files = declarationsOf(folder)
    expect(files).not.toEqual([])
    const vague = files.filter((file) => /\bany\b/.test(typesIn(readFileSync(file, 'utf8'))))
    expect(vague).toEqual([])
  })

  it('name no framework that need not be installed, or has no types of its own', () => {
    const foreign = [...peers].filter((peer) => !isThere(peer, manifest))
    const framework = new RegExp(`from '(${foreign.join('|')})'|types="(?!node)`)
    expect(foreign).toContain('express')
    for (const file of declarationsOf(folder)) expect(readFileSync(file, 'utf8')).not.toMatch(framework)
  })
})
