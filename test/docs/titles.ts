import type { Node } from './syntax.ts'
import { childrenOf, nodesOf } from './syntax.ts'

const DECLARES_TESTS: ReadonlySet<unknown> = new Set(['check', 'describe', 'it', 'test'])

/** The titles of a test file as they are written, and the words of the tables that `each` makes tests of. */
export function titlesIn(path: string): string[] {
  const nodes = nodesOf(path)
  const constants = constantsOf(nodes)
  return nodes.filter(isDeclaration).flatMap((call) => wordsOf(call, constants))
}

/** `it('title', ...)`, and `check('title', ...)` of the suite for adapters, as well as `describe.each(table)('title', ...)`. */
function isDeclaration({ type, callee }: Node): boolean {
  return type === 'CallExpression' && DECLARES_TESTS.has(rootOf(callee as Node))
}

/** The name that a chain of calls and members begins with. */
function rootOf({ type, callee, object, name }: Node): unknown {
  if (type === 'CallExpression') return rootOf(callee as Node)
  return type === 'MemberExpression' ? rootOf(object as Node) : name
}

/** Every text that it is given, but for what its functions do; a table may be a constant of the file. */
function wordsOf(given: Node, constants: ReadonlyMap<unknown, Node>): string[] {
  if (given.type.includes('Function')) return []
  if (given.type === 'Literal') return typeof given['value'] === 'string' ? [given['value']] : []
  if (given.type === 'TemplateElement') return [(given['value'] as { cooked: string }).cooked]
  const constant = given.type === 'Identifier' ? constants.get(given['name']) : undefined
  return [constant ?? childrenOf(given)].flat().flatMap((node) => wordsOf(node, constants))
}

function constantsOf(nodes: readonly Node[]): Map<unknown, Node> {
  const declared = nodes.filter(({ type, init }) => type === 'VariableDeclarator' && init)
  return new Map(declared.map(({ id, init }) => [(id as Node)['name'], init as Node]))
}
