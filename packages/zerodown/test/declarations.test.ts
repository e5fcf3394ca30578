import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT, isPublished, membersOfWorkspace } from '../../../test/workspace/members.ts'

const published = membersOfWorkspace().filter(isPublished)

/** Whatever a package may be used without: the frameworks. */
const peers = new Set(published.flatMap(({ manifest }) => Object.keys(manifest.peerDependencies ?? {})))

const declarationsOf = (folder: string): string[] =>
  readdirSync(join(ROOT, folder, 'dist'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.d.ts'))
    .map((file) => join(ROOT, folder, 'dist', file))

/** Its types alone: neither what is said about them, nor texts among them. */
const typesIn = (source: string): string =>
  source.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '').replaceAll(/'[^'\n]*'|"[^"\n]*"/g, "''")

describe.each(published)('the declarations of $folder', ({ folder }) => {
  it('say what everything is: nothing is any', () => {
    const files = declarationsOf(folder)
    expect(files).not.toEqual([])
    const vague = files.filter((file) => /\bany\b/.test(typesIn(readFileSync(file, 'utf8'))))
    expect(vague).toEqual([])
  })

  it('name no framework, which need not be installed', () => {
    const framework = new RegExp(`from '(${[...peers].join('|')})'|types="(?!node)`)
    expect(peers).toContain('fastify')
    for (const file of declarationsOf(folder)) expect(readFileSync(file, 'utf8')).not.toMatch(framework)
  })
})
