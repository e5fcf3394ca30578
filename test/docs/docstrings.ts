import { readFileSync } from 'node:fs'
import { parseSync } from 'vite'

/** What is needed of a syntax tree (ESTree). */
interface Node {
  readonly type: string
  readonly start: number
  readonly declaration?: Node
  readonly id?: { readonly name: string }
  readonly key?: { readonly name: string }
  /** Of an interface an object, whose own is the list of its members. */
  readonly body?: Node | readonly Node[]
}

/** What stands above the properties of each exported interface of a file, by `Interface.property`, in one line each. */
export function docstringsIn(path: string): Map<string, string> {
  const source = readFileSync(path, 'utf8')
  const { program, comments } = parseSync(path, source)
  const docstringAt = (start: number): string => {
    const comment = comments.findLast(({ end }) => end <= start && source.slice(end, start).trim() === '')
    return (comment?.value ?? '').replaceAll(/[\s*]+/g, ' ').trim()
  }
  const docstrings = new Map<string, string>()
  for (const { declaration } of program.body as unknown as Node[]) {
    if (declaration?.type !== 'TSInterfaceDeclaration') continue
    const members = (declaration.body as Node).body as readonly Node[]
    for (const { key, start } of members) docstrings.set(`${declaration.id?.name}.${key?.name}`, docstringAt(start))
  }
  return docstrings
}
