import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ROOT } from '../workspace/members.ts'
import { filesIn, generate } from './generate.ts'

const { pages, said } = await generate()

it('every type, function and method of the public API has a docstring, and links in docstrings lead somewhere', () => {
  expect(said).not.toMatch(/warning|error/i)
})

it('the API reference is what the docstrings say: `npx -y pnpm@12 docs:api` writes it anew', async () => {
  expect(pages.size).toBeGreaterThan(3)
  expect(await filesIn(join(ROOT, 'docs/api'))).toEqual(pages)
})
