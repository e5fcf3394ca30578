import { rename, symlink } from 'node:fs/promises'
import type { ServerProcess } from '../support/index.ts'
import type { Major } from './installation.ts'
import { MAJORS, nodeOf } from './installation.ts'

/** Up through all versions, back down, and over all of them at once. */
export const CHAIN: readonly [Major, ...Major[]] = [20, 22, 24, 26, 24, 22, 20, 26, 20]

const binaries = new Map<Major, string>()

export const binaryOf = (major: Major): string => binaries.get(major) ?? ''

/** For a hook before all tests, within `INSTALLATION`. */
export async function installAll(): Promise<void> {
  for (const major of MAJORS) binaries.set(major, await nodeOf(major))
}

/**
 * Takes a server through all further versions of the chain. `link` is its `launch.execPath`.
 * @param then called in each generation, when its predecessor has gone
 */
export async function throughChain(
  server: ServerProcess,
  link: string,
  then: (generation: number) => Promise<unknown>,
): Promise<void> {
  for (let generation = 2; generation <= CHAIN.length; generation += 1) {
    await intoGeneration(server, link, generation)
    await then(generation)
  }
}

/** Restarts into the version of the chain that this generation has, and waits until the predecessor has gone. */
export async function intoGeneration(server: ServerProcess, link: string, generation: number): Promise<void> {
  const major = CHAIN[generation - 1]
  if (major === undefined) throw new RangeError(`the chain has no generation ${generation}`)
  await point(link, major)
  const before = server.current()
  await server.restart()
  await server.waitForLog(new RegExp(`generation ${generation} runs on v${major}\\.`))
  await server.waitForExit(before)
}

/** One rename, as a package manager does it: at no moment is there none. */
export async function point(link: string, major: Major): Promise<void> {
  await symlink(binaryOf(major), `${link}.next`)
  await rename(`${link}.next`, link)
}
