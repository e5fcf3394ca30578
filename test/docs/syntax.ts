import { readFileSync } from 'node:fs'
import { parseSync } from 'vite'

/** A node of a syntax tree (ESTree), as far as it matters here. */
export interface Node {
  readonly type: string
  readonly [property: string]: unknown
}

/** All nodes of a file, each before those within it. */
export function nodesOf(path: string): Node[] {
  const nodes = [parseSync(path, readFileSync(path, 'utf8')).program as unknown as Node]
  for (const node of nodes) nodes.push(...childrenOf(node))
  return nodes
}

export const childrenOf = (node: Node): Node[] => Object.values(node).flat().filter(isNode)

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
