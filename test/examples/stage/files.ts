import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'

export const textOf = (file: string): Promise<string> =>
  readFile(fileURLToPath(new URL(`../../../examples/${file}`, import.meta.url)), 'utf8')

export const yamlOf = async <Shape>(file: string): Promise<Shape> => parse(await textOf(file)) as Shape
