import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const PACKAGES = fileURLToPath(new URL('../..', import.meta.url))

const declarationsOf = (name: string): string[] =>
  readdirSync(join(PACKAGES, name, 'dist'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.d.ts'))
    .map((file) => join(PACKAGES, name, 'dist', file))

/** Its types alone: neither what is said about them, nor texts among them. */
const typesIn = (source: string): string =>
  source.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '').replaceAll(/'[^'\n]*'|"[^"\n]*"/g, "''")

describe.each(['core', 'express', 'fastify', 'koa', 'zerodown'])('the declarations of packages/%s', (name) => {
  it('say what everything is: nothing is any', () => {
    const files = declarationsOf(name)
    expect(files).not.toEqual([])
    const vague = files.filter((file) => /\bany\b/.test(typesIn(readFileSync(file, 'utf8'))))
    expect(vague).toEqual([])
  })

  it('name no framework, which need not be installed', () => {
    for (const file of declarationsOf(name)) {
      expect(readFileSync(file, 'utf8')).not.toMatch(/from '(express|koa|fastify|ws)'|types="(?!node)/)
    }
  })
})
