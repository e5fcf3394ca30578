import type { Ancestor } from './ancestors.ts'
import { endsWithItsChild, stays } from './programs.ts'

/**
 * A container ends with the process that it was started for, and the kernel then ends all that is left: inits such as
 * tini, npm and shells end with their first child. So nothing can follow on a process whose ancestors all end with it.
 * Whoever is not known is taken to stay, as a test runner does; but at the top of all, to end.
 * @returns why the successor would be taken along; `undefined` where it would not, as far as can be known
 */
export function whyTakenAlong(ancestors: readonly Ancestor[]): string | undefined {
  const top = ancestors.at(-1)
  if (top === undefined) return 'the container ends with its main process, which this one is'
  if (stays(top) || !ancestors.slice(0, -1).every(endsWithItsChild)) return undefined
  const [name = 'a program unknown'] = top.names
  return `${name} (pid ${top.pid}) ${endsWithItsChild(top) ? 'ends' : 'may end'} with it, and the container with all that is in it`
}
