import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { EXAMPLES } from '../examples/examples.ts'
import { WAYS } from '../frameworks/ways.ts'
import { overridesOfLinter } from './linter.ts'
import type { Member } from './members.ts'
import { ROOT, isAdapter, isPublished, membersOfWorkspace, needsOf, read } from './members.ts'

const members = membersOfWorkspace()
const published = members.filter(isPublished)
const compiled = members.filter((member) => member.compiled)

const foldersOf = (some: readonly Member[]): string[] => some.map(({ folder }) => folder)
const namesOf = (some: readonly Member[]): string[] => some.map(({ manifest }) => manifest.name)
const missing = (wanted: readonly string[], there: readonly string[]): string[] =>
  wanted.filter((one) => !there.includes(one))

/** From the root. */
function referencesIn(folder: string, config = 'tsconfig.json'): string[] {
  return [...read(folder, config).matchAll(/"path": "(.*?)"/g)].map(([, path = '']) => join(folder, path))
}

it('the workspace is read as pnpm reads it', () => {
  expect(foldersOf(members)).toEqual(expect.arrayContaining(['packages/core', 'examples/http', 'test', 'bench']))
  expect(namesOf(published)).toEqual(expect.arrayContaining(['zerodown', '@zerodown/core']))
})

describe('what is compiled', () => {
  it('is compiled by `pnpm build`, but for the bench, which compiles itself', () => {
    expect(missing(foldersOf(compiled), [...referencesIn('', 'tsconfig.build.json'), 'bench'])).toEqual([])
  })

  it('is compiled before the tests that import it are type-checked', () => {
    const imported = compiled.filter(({ folder }) => !folder.startsWith('examples/') && folder !== 'bench')
    expect(missing(foldersOf(imported), referencesIn('', 'tsconfig.test.json'))).toEqual([])
  })

  it.each(compiled)('is compiled after what it needs: $folder', (member) => {
    const needs = needsOf(member, compiled)
    expect(missing(foldersOf(needs), referencesIn(member.folder))).toEqual([])
  })
})

describe('what is published', () => {
  it('is in packages/, and all of packages/ is published', () => {
    const inPackages = foldersOf(members).filter((folder) => folder.startsWith('packages/'))
    expect(foldersOf(published)).toEqual(inPackages)
  })

  it('has one version: the changesets keep it so', () => {
    const { fixed } = JSON.parse(read('.changeset', 'config.json')) as { fixed: string[][] }
    const [patterns = []] = fixed
    const covered = namesOf(published).filter((name) => patterns.some((pattern) => isLike(pattern, name)))
    expect(missing(namesOf(published), covered)).toEqual([])
  })

  it('is in a changeset before its first release', () => {
    const changesets = readdirSync(join(ROOT, '.changeset')).filter((file) => /^(?!README).*\.md$/.test(file))
    const entries = changesets.map((file) => read('.changeset', file)).join('\n')
    const named = [...entries.matchAll(/^'(.+)': /gm)].map(([, name = '']) => name)
    const unreleased = published.filter(({ manifest }) => manifest.version === '0.0.0')
    expect(missing(namesOf(unreleased), named)).toEqual([])
  })

  it('can be imported by the programs that tests start', () => {
    const { dependencies = {} } = members.find(({ folder }) => folder === 'test')?.manifest ?? {}
    expect(missing(namesOf(published), Object.keys(dependencies))).toEqual([])
  })
})

describe.each(published.filter(isAdapter))('the adapter $folder', ({ manifest }) => {
  const [[peer, range] = ['', '']] = Object.entries(manifest.peerDependencies ?? {})
  const framework = manifest.name.replace('@zerodown/', '')
  const { dependencies = {}, peerDependencies = {} } =
    published.find((member) => member.manifest.name === 'zerodown')?.manifest ?? {}

  it('comes with the package zerodown, and its framework does not; or it needs its framework, and is installed by itself', () => {
    const isOptional = manifest.peerDependenciesMeta?.[peer]?.optional === true
    expect(Object.keys(dependencies).includes(manifest.name)).toBe(isOptional)
    expect(peerDependencies[peer]).toBe(isOptional ? range : undefined)
  })

  it('runs the suite with each version of its framework', () => {
    const wanted = majorsIn(range).map((major) => `${framework} ${major}`)
    const run = WAYS.filter(({ registered }) => registered !== true).map(({ name }) => name.toLowerCase())
    expect(wanted).not.toEqual([])
    expect(missing(wanted, run)).toEqual([])
  })

  it('has an example, and is in the README', () => {
    expect(foldersOf(members)).toContain(`examples/${framework}`)
    expect(read('README.md')).toMatch(new RegExp(String.raw`\b${framework}\b`, 'i'))
  })
})

describe('the examples', () => {
  const examples = members.filter(({ folder }) => folder.startsWith('examples/'))
  // The one is the demo, the other the suite for adapters, which test/packaging runs.
  const servers = examples.filter(
    ({ folder }) =>
      !['examples/demo', 'examples/adapter', 'examples/chat', 'examples/raw', 'examples/mcp'].includes(folder),
  )

  it('are run by a test', () => {
    const run = EXAMPLES.map(({ example }) => `examples/${example}`)
    expect(missing(foldersOf(servers), run)).toEqual([])
  })

  it('say how they are used', () => {
    expect(foldersOf(servers).filter((folder) => !existsSync(join(ROOT, folder, 'README.md')))).toEqual([])
  })
})

it('the linter has exceptions for files only that there are', () => {
  const places = overridesOfLinter()
    .flatMap(({ files }) => files)
    .map((glob) => glob.replace(/\/?\*.*$/, ''))
  expect(places.filter((place) => !existsSync(join(ROOT, place)))).toEqual([])
})

/** Of `>=4 <6`: 4 and 5. */
function majorsIn(range: string): number[] {
  const [, from = 0, below = 0] = /^>=(\d+) <(\d+)$/.exec(range) ?? []
  return Array.from({ length: Number(below) - Number(from) }, (_, at) => Number(from) + at)
}

function isLike(pattern: string, name: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern
}
