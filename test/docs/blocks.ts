import { read } from '../workspace/members.ts'
import { DOCUMENTS } from './documents.ts'

/** A block of code in the documentation. */
export interface Block {
  readonly file: string
  /** The line of its fence, from 1. */
  readonly line: number
  /** What its fence says; empty for logs and drawings. */
  readonly language: string
  readonly code: string
}

/** In the order of the documents. */
export const blocks: readonly Block[] = DOCUMENTS.flatMap(blocksIn)

function blocksIn(file: string): Block[] {
  const text = read(file)
  return [...text.matchAll(/^( *)```([^\n]*)\n(.*?)^\1```$/gms)].map(
    ({ index, 1: indent = '', 2: language = '', 3: code = '' }) => ({
      file,
      line: text.slice(0, index).split('\n').length,
      language,
      code: code.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
    }),
  )
}
