import type { Ancestor } from './ancestors.ts'
import { endsWithItsChild, stays } from './programs.ts'

/**
 * Tells whether the end of this process would end a successor as well. A container ends with its main process, and the
 * kernel kills what is left. Inits such as tini, npm and shells end with their first child. So if all ancestors end
 * with this process, no successor can live on. An unknown program is taken to stay, as a test runner does; one at the
 * very top is taken to end.
 * @returns the reason; `undefined` where a successor can live on, as far as can be known
 */
export function whyTakenAlong(ancestors: readonly Ancestor[]): string | undefined {
  const top = ancestors.at(-1)
  if (top === undefined) return 'it is the main process of the container, which ends with it'
  if (stays(top) || !ancestors.slice(0, -1).every(endsWithItsChild)) return undefined
  const [name = 'an unknown program'] = top.names
  return `${name} (pid ${top.pid}) ${endsWithItsChild(top) ? 'ends' : 'may end'} with it, and then all that is in the container`
}
