import { spawnSync } from 'node:child_process'
import { validate } from 'dockerfile-utils'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { COMMANDS } from '../../packages/zerodown/src/cli/commands.ts'
import { read } from '../workspace/members.ts'
import { blocks } from './blocks.ts'
import { typeCheck } from './type-check.ts'

const TYPED = ['js', 'ts']

/** What throws where a block is not what its fence says. */
const PARSERS: Readonly<Record<string, (code: string) => void>> = {
  // Logs, and what is drawn.
  '': () => {},
  json: (code) => void JSON.parse(code),
  yaml: (code) => void parse(code),
  ini: checkIni,
  dockerfile: checkDockerfile,
  sh: checkShell,
}

const titled = blocks.map((block) => ({ title: `${block.file}:${block.line}`, block }))
const inLanguage = (...languages: string[]): typeof titled =>
  titled.filter(({ block: { language } }) => languages.includes(language))

it('every block of code in the documentation is in a language that is checked here', () => {
  const known = new Set([...TYPED, ...Object.keys(PARSERS)])
  expect(blocks.length).toBeGreaterThan(50)
  expect(titled.filter(({ block: { language } }) => !known.has(language))).toEqual([])
})

/** Files that a page shows as they are. They import their neighbours, and are run where they are. */
const SHOWN = new Set(['with-zerodown.js', 'adapter.test.js'].map((file) => read('examples/adapter', file)))

const written = inLanguage(...TYPED).filter(({ block: { code } }) => !SHOWN.has(code))
const wrong = await typeCheck(written.map(({ block }) => block))

describe('has the right types:', () => {
  it.each(written)('$title', ({ block }) => expect(wrong.get(block) ?? []).toEqual([]))
})

describe('can be parsed:', () => {
  it.each(inLanguage(...Object.keys(PARSERS)))('$title', ({ block: { language, code } }) => {
    expect(() => PARSERS[language]?.(code)).not.toThrow()
  })
})

const commands = inLanguage('sh').flatMap(({ title, block }) =>
  [...block.code.matchAll(/\bzerodown ([a-z]+)(?![\w/]|.*=>)([^#\n;&|]*)/g)].map(([line, name = '', args = '']) => ({
    title,
    line,
    name,
    args,
  })),
)

describe('has commands and flags that there are:', () => {
  it.each(commands)('$title: $line', async ({ name, args }) => {
    expect(Object.keys(COMMANDS)).toContain(name)
    const { usage } = (await COMMANDS[name]?.load()) ?? { usage: '' }
    const flags = args.split(/\s+/).filter((word) => word.startsWith('-'))
    expect(flags.filter((flag) => !usage.includes(flag.replace(/=.*/, '')))).toEqual([])
  })
})

/** Of systemd and supervisord: sections, settings and comments. */
function checkIni(code: string): void {
  for (const line of code.split('\n')) {
    if (!/^(\[[\w:]+\]|\w+=\S.*|[#;].*|)$/.test(line)) throw new SyntaxError(`not a line of a unit: ${line}`)
  }
}

/** A block without `FROM` is a part of a file. */
function checkDockerfile(code: string): void {
  const [problem] = validate(/^FROM /m.test(code) ? code : `FROM node\n${code}`)
  if (problem !== undefined) throw new SyntaxError(String(problem.message))
}

/** What readers have to fill in, such as `<pid>`, is no redirection. */
function checkShell(code: string): void {
  const { status, stderr } = spawnSync('sh', ['-n'], { input: code.replaceAll(/<[\w-]+>/g, 'WORD'), encoding: 'utf8' })
  if (status !== 0) throw new SyntaxError(stderr)
}
