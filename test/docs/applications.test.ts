import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { APPLICATIONS } from '../applications/applications.ts'

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8')

/** The name in the first column, the package and its version in the second. */
const rows = read('../../docs/applications.md')
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, name = '', version = '']) => ({ name, version }))

it('the documentation has a row for each application that is run, with its version', () => {
  const run = APPLICATIONS.map(({ name, folder }) => ({ name, versions: versionsOf(folder) }))
  expect(rows.slice(1).map(({ name }) => name)).toEqual(run.map(({ name }) => name))
  for (const [at, { versions }] of run.entries()) expect(versions).toContain(rows[at + 1]?.version)
})

function versionsOf(folder: string): string[] {
  const { dependencies = {}, devDependencies = {} } = JSON.parse(read(`../applications/${folder}/package.json`)) as {
    dependencies?: Record<string, string>
    devDependencies?: Record<string, string>
  }
  return Object.entries({ ...dependencies, ...devDependencies }).map(([name, version]) => `${name} ${version}`)
}
