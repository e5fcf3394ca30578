import { read } from './members.ts'

/** A part of the linter's configuration: files, and what holds for them besides. */
interface Override {
  readonly files: readonly string[]
  readonly rules: Readonly<Record<string, unknown>>
}

/** The overrides in the linter's configuration, which is JSON with lines of comment. */
export function overridesOfLinter(): Override[] {
  const config = read('.oxlintrc.json').replaceAll(/^\s*\/\/.*$/gm, '')
  return (JSON.parse(config) as { overrides: Override[] }).overrides
}
