import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROOT } from '../workspace/members.ts'
import type { Block } from './blocks.ts'

const COMPILER = join(ROOT, 'node_modules/typescript/bin/tsc')
const MODULES = join(ROOT, 'test/node_modules')
const GIVEN = join(ROOT, 'test/docs/given')

const CONFIG = {
  compilerOptions: {
    target: 'es2023',
    lib: ['es2023'],
    types: ['node'],
    module: 'nodenext',
    // What has neither imports nor exports must not see the names of the others.
    moduleDetection: 'force',
    strict: true,
    // JavaScript says no types of parameters.
    noImplicitAny: false,
    allowJs: true,
    checkJs: true,
    // Nest's.
    experimentalDecorators: true,
    skipLibCheck: true,
    noEmit: true,
  },
}

/**
 * Checks blocks of JavaScript and TypeScript as TypeScript does it in a project that has our packages installed. One that
 * imports something is a whole program. One that does not is a fragment, which may use the names in given/.
 * @returns what is wrong, by block
 */
export async function typeCheck(blocks: readonly Block[]): Promise<Map<Block, string[]>> {
  const isProgram = ({ code }: Block): boolean => /^import |\brequire\(/m.test(code)
  const programs = await check(blocks.filter(isProgram), [])
  const fragments = await check(
    blocks.filter((block) => !isProgram(block)),
    [GIVEN],
  )
  return new Map([...programs, ...fragments])
}

async function check(blocks: readonly Block[], given: readonly string[]): Promise<Map<Block, string[]>> {
  if (blocks.length === 0) return new Map()
  const folder = await mkdtemp(join(tmpdir(), 'zd-'))
  try {
    await symlink(MODULES, join(folder, 'node_modules'))
    await mkdir(join(folder, 'blocks'))
    for (const from of given) await cp(from, join(folder, 'given'), { recursive: true })
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(CONFIG))
    for (const [at, block] of blocks.entries()) await writeFile(join(folder, 'blocks', nameOf(block, at)), block.code)
    return read(await compile(folder), blocks)
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Its number, as the compiler is to say it. What Node takes for CommonJS is that here, too. */
function nameOf({ language, code }: Block, at: number): string {
  const isCommonJs = /\brequire\(|^module\.exports\b/m.test(code)
  return `${at}.${isCommonJs ? language.replace('js', 'cjs') : language}`
}

const compile = (folder: string): Promise<string> =>
  new Promise((resolve) => {
    // It exits with a code when something is wrong, which it then has printed.
    const args = [COMPILER, '--project', folder, '--pretty', 'false']
    execFile(process.execPath, args, { cwd: folder, maxBuffer: 2 ** 24 }, (_error, stdout, stderr) =>
      resolve(stdout + stderr),
    )
  })

/** What the compiler has said: each line that is indented belongs to the one before. */
function read(output: string, blocks: readonly Block[]): Map<Block, string[]> {
  const wrong = new Map<Block, string[]>()
  for (const [message] of output.matchAll(/^\S.*$(?:\n[ ].*$)*/gm)) {
    const [, at, line, what] = /^blocks\/(\d+)\.\w+\((\d+),\d+\): (.*)$/s.exec(message) ?? []
    const block = blocks[Number(at)]
    if (block === undefined) throw new Error(`The compiler failed: ${output}`)
    wrong.set(block, [...(wrong.get(block) ?? []), `${block.file}:${block.line + Number(line)}: ${what}`])
  }
  return wrong
}
