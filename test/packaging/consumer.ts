import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { run } from './run.ts'
import { workspace } from './tarballs.ts'

/** Somebody's project, outside the workspace, into which packages are installed with npm. */
export class Consumer {
  readonly folder: string

  constructor(folder: string) {
    this.folder = folder
  }

  async install(...packages: string[]): Promise<void> {
    await mkdir(this.folder, { recursive: true })
    await this.write('package.json', JSON.stringify({ name: 'consumer', private: true, type: 'module' }))
    await run(this.folder, 'npm', 'install', '--no-audit', '--no-fund', '--no-package-lock', ...packages)
  }

  async write(file: string, text: string): Promise<void> {
    await writeFile(path.join(this.folder, file), text)
  }

  /** Runs a file with the Node that runs the tests, and with options of Node's before it. */
  async node(file: string, ...nodeArgs: string[]): Promise<string> {
    return await run(this.folder, process.execPath, ...nodeArgs, file)
  }

  /**
   * Type-checks files under options of the consumer's own.
   * @param compiler the folder that has TypeScript installed. Default: that of the workspace
   */
  async typecheck(
    files: string[],
    compilerOptions: Record<string, unknown>,
    compiler: string = workspace,
  ): Promise<void> {
    const options = { strict: true, noEmit: true, target: 'es2022', types: ['node'], ...compilerOptions }
    await this.write('tsconfig.json', JSON.stringify({ compilerOptions: options, files }))
    const tsc = path.join(compiler, 'node_modules/typescript/bin/tsc')
    await run(this.folder, process.execPath, tsc, '-p', 'tsconfig.json')
  }
}

/** `name@version` as the workspace has it, so that the catalog decides here as well. */
export async function asInWorkspace(name: string, from = '.'): Promise<string> {
  const manifest = path.join(workspace, from, 'node_modules', name, 'package.json')
  const { version } = JSON.parse(await readFile(manifest, 'utf8')) as { version: string }
  return `${name}@${version}`
}
