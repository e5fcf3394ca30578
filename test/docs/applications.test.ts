import { expect, it } from 'vitest'
import { APPLICATIONS } from '../applications/applications.ts'
import { read } from '../workspace/members.ts'
import { sectionOf, tableRowsOf } from './markdown.ts'

const tables = [sectionOf(read('docs', 'frameworks.md'), 'What was seen'), read('docs', 'applications.md')]

/** The name in the first column, the package and its version in the second. */
const rows = tables.flatMap(tableRowsOf).map(([name = '', version = '']) => ({ name, version }))

it('the documentation has a row for each framework and each application that is run, with its version', () => {
  const run = APPLICATIONS.map(({ name, folder }) => ({ name, versions: versionsOf(folder) }))
  expect(rows.map(({ name }) => name)).toEqual(run.map(({ name }) => name))
  for (const [at, { versions }] of run.entries()) expect(versions).toContain(rows[at]?.version)
})

function versionsOf(folder: string): string[] {
  const { dependencies = {}, devDependencies = {} } = JSON.parse(read('test/applications', folder, 'package.json')) as {
    dependencies?: Record<string, string>
    devDependencies?: Record<string, string>
  }
  return Object.entries({ ...dependencies, ...devDependencies }).map(([name, version]) => `${name} ${version}`)
}
