import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { tempDir } from '../../../../test/support/index.ts'
import {
  identify,
  isStale,
  isVacant,
  pathInUse,
  putInPlace,
  removeUnixPath,
  temporaryPath,
} from '../../src/listeners/unix-path.ts'
import { listen } from '../support/servers.ts'

/** A socket file that nobody listens on, as a process leaves it that was killed. */
async function leaveSocket(path: string): Promise<void> {
  const aside = `${path}.aside`
  const server = await listen(createServer(), { path: aside })
  renameSync(aside, path)
  server.close()
  await once(server, 'close')
}

describe('the place to bind', () => {
  it('is in the same folder, so that a rename is one step, and another each time', () => {
    const [first, second] = [temporaryPath('/run/a.sock'), temporaryPath('/run/a.sock')]
    expect([dirname(first), dirname(second)]).toEqual(['/run', '/run'])
    expect(new Set(['/run/a.sock', first, second]).size).toBe(3)
    expect(first).toContain(String(process.pid))
  })

  it.each([1, 50, 90, 100, 106, 107 - '/run/'.length])(
    'fits into a socket’s name, as the path does (%i bytes)',
    (length) => {
      const path = `/run/${'x'.repeat(Math.min(length, 102))}`
      expect(Buffer.byteLength(temporaryPath(path))).toBeLessThanOrEqual(107)
    },
  )

  it('fits where the folder’s name is long, and the socket’s is short', () => {
    const path = `/${'x'.repeat(104)}/a`
    const temporary = temporaryPath(path)
    expect(Buffer.byteLength(temporary)).toBeLessThanOrEqual(107)
    expect(dirname(temporary)).toBe(dirname(path))
    expect(temporary).not.toBe(path)
  })

  it('counts bytes, not letters', () => {
    expect(Buffer.byteLength(temporaryPath(`/run/${'é'.repeat(50)}`))).toBeLessThanOrEqual(107)
  })
})

describe('putting it in place', () => {
  it('replaces what was there', async () => {
    const folder = await tempDir()
    const [temporary, path] = [join(folder, 'new'), join(folder, 'old')]
    writeFileSync(temporary, 'new')
    writeFileSync(path, 'old')
    putInPlace(temporary, path)
    expect(readFileSync(path, 'utf8')).toBe('new')
    expect(existsSync(temporary)).toBe(false)
  })

  it('leaves nothing behind when it fails', async () => {
    const folder = await tempDir()
    const [temporary, path] = [join(folder, 'new'), join(folder, 'directory')]
    writeFileSync(temporary, 'new')
    mkdirSync(path)
    expect(() => putInPlace(temporary, path)).toThrow(/EISDIR/)
    expect(existsSync(temporary)).toBe(false)
  })
})

describe('whether a path is free', () => {
  it('a path without a file is', async () => {
    const path = join(await tempDir(), 'a.sock')
    expect(isVacant(path)).toBe(true)
    expect(await isStale(path)).toBe(true)
  })

  it('a socket that nobody listens on is', async () => {
    const path = join(await tempDir(), 'a.sock')
    await leaveSocket(path)
    expect(isVacant(path)).toBe(false)
    expect(await isStale(path)).toBe(true)
  })

  it('a socket that somebody listens on is not, and he sees no more of it than a connection', async () => {
    const path = join(await tempDir(), 'a.sock')
    const server = await listen(createServer(), { path })
    const connected = once(server, 'connection')
    expect(await isStale(path)).toBe(false)
    const [socket] = await connected
    await once(socket.resume(), 'end')
    expect(socket.bytesRead).toBe(0)
  })

  it.each<[string, (path: string) => void]>([
    ['a file', (path) => writeFileSync(path, '')],
    ['a folder', (path) => mkdirSync(path)],
    ['a link that leads nowhere', (path) => symlinkSync('/nonexistent', path)],
  ])('%s is not', async (_, make) => {
    const path = join(await tempDir(), 'a.sock')
    make(path)
    expect(isVacant(path)).toBe(false)
    expect(await isStale(path)).toBe(false)
  })

  it('says so with the error that Node gives', async () => {
    const path = join(await tempDir(), 'a.sock')
    await listen(createServer(), { path })
    const [error] = await once(createServer().listen(path), 'error')
    const ours = pathInUse(path)
    expect(ours).toMatchObject({
      message: error.message,
      code: error.code,
      syscall: error.syscall,
      address: error.address,
    })
  })
})

describe('removing a path', () => {
  it('removes the file it is meant for', async () => {
    const path = join(await tempDir(), 'a.sock')
    await leaveSocket(path)
    removeUnixPath(path, identify(path))
    expect(existsSync(path)).toBe(false)
  })

  it('leaves alone what another process has put there since', async () => {
    const folder = await tempDir()
    const [path, another] = [join(folder, 'a.sock'), join(folder, 'b.sock')]
    await leaveSocket(path)
    const ours = identify(path)
    await leaveSocket(another)
    renameSync(another, path)
    removeUnixPath(path, ours)
    expect(existsSync(path)).toBe(true)
  })

  it('does nothing where nothing is', async () => {
    const path = join(await tempDir(), 'a.sock')
    expect(identify(path)).toBeUndefined()
    expect(() => removeUnixPath(path)).not.toThrow()
  })

  it('does nothing about an abstract socket, which is no file', () => {
    expect(() => removeUnixPath('\0name', 'any')).not.toThrow()
  })
})
