import { readdirSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { expect, it } from 'vitest'
import { APPLICATIONS } from '../applications/applications.ts'
import { manifestsForNode20 } from '../applications/edition.ts'
import { FRAMEWORKS } from '../applications/frameworks.ts'
import { ROOT, read } from '../workspace/members.ts'
import { sectionOf, tableRowsOf } from './markdown.ts'

const tables = [sectionOf(read('docs', 'frameworks.md'), 'What was seen'), read('docs', 'applications.md')]

/** The name in the first column, the package and its version in the second. */
const rows = tables.flatMap(tableRowsOf).map(([name = '', version = '']) => ({ name, version }))

it('the documentation has a row for each framework and each application that is run, in each of its versions', () => {
  const run = APPLICATIONS.flatMap(({ name, folder }) =>
    manifestsOf(folder).map((manifest) => ({ name, versions: versionsIn(manifest) })),
  )
  expect(rows.map(({ name }) => name)).toEqual(run.map(({ name }) => name))
  for (const [at, { versions }] of run.entries()) expect(versions).toContain(rows[at]?.version)
})

it('examples/frameworks has a folder for each framework that is run, and says what is run there', () => {
  const said = tableRowsOf(read('examples', 'frameworks', 'README.md')).filter((cells) => cells.length === 4)
  const run = FRAMEWORKS.map(({ name, folder, script }) => ({
    folder: `[${basename(folder)}](${basename(folder)})`,
    name,
    script,
  }))
  expect(said.map(([folder, name, program = '']) => ({ folder, name, script: program.split(/[ `]/)[1] }))).toEqual(run)
  expect(foldersIn('examples/frameworks')).toEqual(
    [...new Set(FRAMEWORKS.map(({ folder }) => basename(folder)))].toSorted(),
  )
})

const foldersIn = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { withFileTypes: true })
    .flatMap((one) => (one.isDirectory() ? [one.name] : []))
    .toSorted()

/** The folders of its manifests, from the root. */
function manifestsOf(application: string): string[] {
  const older = manifestsForNode20(application)
  return older === undefined ? [application] : [application, relative(ROOT, older)]
}

function versionsIn(folder: string): string[] {
  const { dependencies = {}, devDependencies = {} } = JSON.parse(read(folder, 'package.json')) as {
    dependencies?: Record<string, string>
    devDependencies?: Record<string, string>
  }
  return Object.entries({ ...dependencies, ...devDependencies }).map(([name, version]) => `${name} ${version}`)
}
