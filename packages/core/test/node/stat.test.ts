import { closeSync, openSync } from 'node:fs'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { tempDir } from '../../../../test/support/index.ts'
import { listeningFd } from '../../src/node/internals/handles.ts'
import { inodeOf } from '../../src/node/stat.ts'
import { programIn, runNode } from '../support/programs.ts'
import { listen } from '../support/servers.ts'

describe('looking at a socket', () => {
  it.each(['lookAtDescriptor(server._handle.fd)', "lookAt('a.sock')"])(
    '%s leaves the next import its symlinks to resolve',
    async (look) => {
      const folder = await tempDir()
      await mkdir(join(folder, 'real'))
      await symlink('real', join(folder, 'link'))
      await writeFile(join(folder, 'real/module.mjs'), 'export default import.meta.url')
      const program = await programIn(
        folder,
        `import { createServer } from 'node:net'
        import { lookAt, lookAtDescriptor } from '#dist/node/stat.js'
        const server = createServer().listen('a.sock', async () => {
          const found = ${look}
          const { default: url } = await import('./link/module.mjs')
          console.log(JSON.stringify({ socket: found.isSocket(), url }))
          server.close()
        })`,
      )
      expect(runNode([program], { cwd: folder })).toEqual({ socket: true, url: `file://${folder}/real/module.mjs` })
    },
  )

  it('finds nothing where nothing is', async () => {
    const program = await programIn(
      await tempDir(),
      `import { lookAt, lookAtDescriptor } from '#dist/node/stat.js'
      console.log(JSON.stringify([lookAt('/nonexistent') ?? 'none', lookAtDescriptor(987) ?? 'none']))`,
    )
    expect(runNode([program])).toEqual(['none', 'none'])
  })
})

describe('a socket’s inode', () => {
  it('is the same whoever looks', async () => {
    const fd = listeningFd(await listen(createServer())) ?? -1
    const script = `console.log(require('node:fs').fstatSync(3).ino)`
    expect(runNode(['-e', script], { stdio: ['pipe', 'pipe', 'pipe', fd] })).toBe(inodeOf(fd))
  })

  it('is none where no socket is', () => {
    const file = openSync(import.meta.filename, 'r')
    try {
      expect(inodeOf(file)).toBeUndefined()
    } finally {
      closeSync(file)
    }
    expect(inodeOf(file)).toBeUndefined()
  })
})
