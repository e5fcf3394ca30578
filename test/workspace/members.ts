import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT: string = fileURLToPath(new URL('../..', import.meta.url))

/** What a package.json says, as far as it matters here. */
interface Manifest {
  readonly name: string
  readonly version: string
  readonly private?: boolean
  readonly exports?: Record<string, string | { readonly default: string }>
  readonly scripts?: Record<string, string>
  readonly dependencies?: Record<string, string>
  readonly devDependencies?: Record<string, string>
  readonly peerDependencies?: Record<string, string>
  readonly peerDependenciesMeta?: Record<string, { readonly optional: boolean }>
}

/** One package of the workspace, published or not. */
export interface Member {
  /** From the root: `packages/core`. */
  readonly folder: string
  readonly manifest: Manifest
  /** Whether it is compiled. */
  readonly compiled: boolean
}

export const read = (...path: string[]): string => readFileSync(join(ROOT, ...path), 'utf8')

/** All members, as pnpm-workspace.yaml lists them. */
export function membersOfWorkspace(): Member[] {
  const [, list = ''] = /^packages:\n((?: +- .*\n)+)/m.exec(read('pnpm-workspace.yaml')) ?? []
  return [...list.matchAll(/- (.*)/g)].flatMap(([, pattern = '']) => foldersLike(pattern)).map(readMember)
}

export const isPublished = ({ manifest }: Member): boolean => manifest.private !== true

/** Packages that move connections of a library by which nobody listens. */
const KINDS = new Set(['@zerodown/socket.io', '@zerodown/ws'])

/** It has a framework for a peer, and the package zerodown is all of them. */
export function isAdapter({ manifest: { name, peerDependencies = {} } }: Member): boolean {
  return name !== 'zerodown' && !KINDS.has(name) && Object.keys(peerDependencies).length > 0
}

/** Members that this one needs when it runs. */
export function needsOf({ manifest }: Member, members: readonly Member[]): Member[] {
  return members.filter(({ manifest: { name } }) => manifest.dependencies?.[name] !== undefined)
}

function foldersLike(pattern: string): string[] {
  const folders = pattern.endsWith('/*') ? foldersIn(pattern.slice(0, -2)) : [pattern]
  return folders.filter((folder) => existsSync(join(ROOT, folder, 'package.json')))
}

function foldersIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder)).map((name) => `${folder}/${name}`)
}

function readMember(folder: string): Member {
  return {
    folder,
    manifest: JSON.parse(read(folder, 'package.json')) as Manifest,
    compiled: existsSync(join(ROOT, folder, 'tsconfig.json')),
  }
}
