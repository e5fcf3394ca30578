import { join } from 'node:path'
import type { Member } from './members.ts'
import { ROOT, isPublished, membersOfWorkspace } from './members.ts'

interface Alias {
  readonly find: RegExp
  readonly replacement: string
}

/** For each name under which a package can be imported, the source of what was built for it. */
export const aliasesToSources = (): Alias[] => membersOfWorkspace().filter(isPublished).flatMap(aliasesOf)

function aliasesOf({ folder, manifest: { name, exports = {} } }: Member): Alias[] {
  return Object.entries(exports).flatMap(([path, target]) => {
    if (typeof target === 'string') return []
    const source = target.default.replace(/^\.\/dist\/(.*)\.js$/, 'src/$1.ts')
    return [{ find: exactly(name + path.slice(1)), replacement: join(ROOT, folder, source) }]
  })
}

const exactly = (name: string): RegExp => new RegExp(`^${name.replaceAll(/[.\\/]/g, String.raw`\$&`)}$`)
