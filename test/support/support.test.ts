import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { copyOf, isAlive, startServer, tempDir, until } from './index.ts'
import type { ServerProcess } from './index.ts'

/** Starts its successor as zerodown would, then leaves; without any of zerodown. */
const CHAIN = `
import { spawn } from 'node:child_process'
const generation = Number(process.env.GENERATION ?? 1)
process.on('exit', (exit) => console.log(JSON.stringify({ exit, pid: process.pid })))
process.on('SIGUSR2', () => {
  const env = { ...process.env, GENERATION: generation + 1 }
  spawn(process.execPath, process.argv.slice(1), { stdio: 'inherit', env })
  setTimeout(() => process.exit(3), 50)
})
console.log(JSON.stringify({ listening: ['/nowhere'], pid: process.pid, generation }))
setInterval(() => {}, 60_000)
`

async function programOf(source: string): Promise<string> {
  const path = join(await tempDir(), 'program.mjs')
  await writeFile(path, source)
  return path
}

describe('the process harness', () => {
  const left: ServerProcess[] = []

  it('follows a chain of generations', async () => {
    const server = await startServer(await programOf(CHAIN))
    left.push(server)
    expect(server.current()).toBe(server.pid)
    const second = await server.restart()
    const third = await server.restart()
    expect([second.generation, third.generation]).toEqual([2, 3])
    expect(await server.waitForExit()).toBe(3)
    expect(await server.waitForExit(second.pid)).toBe(3)
    expect(server.current()).toBe(third.pid)
    expect(server.pids()).toEqual([server.pid, second.pid, third.pid])
    expect(server.alive()).toEqual([third.pid])
    expect(server.orphans()).toEqual([])
    expect(server.orphans([])).toEqual([third.pid])
    expect(server.fds()).toBeGreaterThan(2)
  })

  it('has ended what the test before left', () => {
    expect(left).toHaveLength(1)
    for (const pid of left[0]?.pids() ?? []) expect(isAlive(pid)).toBe(false)
  })

  it('finds a process that nobody announced, and ends it', async () => {
    const server = await startServer(
      await programOf(`
        import { spawn } from 'node:child_process'
        spawn('sleep', ['60'], { detached: true, stdio: 'ignore' }).unref()
        console.log(JSON.stringify({ listening: ['/nowhere'], pid: process.pid, generation: 1 }))
        setInterval(() => {}, 60_000)`),
    )
    const [stray] = await until(() => server.orphans().length === 1 && server.orphans(), 'one orphan')
    process.kill(server.pid, 'SIGKILL')
    expect(await server.waitForExit()).toBe('SIGKILL')
    expect(server.alive()).toEqual([stray])
    await server.dispose()
    expect(server.alive()).toEqual([])
  })

  it('finds a child that was not reaped', async () => {
    // A stopped process reaps nobody.
    const server = await startServer(
      await programOf(`
        import { spawn } from 'node:child_process'
        const child = spawn('sleep', ['60'])
        console.log(JSON.stringify({ listening: ['/nowhere'], pid: process.pid, generation: child.pid }))
        setInterval(() => {}, 60_000)`),
    )
    const child = server.latest.generation
    server.signal('SIGSTOP')
    process.kill(child, 'SIGKILL')
    await until(() => server.zombies().length === 1, 'one zombie')
    expect(server.zombies()).toEqual([child])
    server.signal('SIGCONT')
    await until(() => server.zombies().length === 0, 'no zombie')
  })

  it('says what was printed when a program does not come up', async () => {
    const program = await programOf('console.error("out of order"); process.exit(4)')
    await expect(startServer(program)).rejects.toThrow(/All have ended without announcement 1.*out of order/s)
    const failing = await startServer(program, { ready: false })
    expect(await failing.waitForExit()).toBe(4)
    await expect(failing.waitForLog(/all is well/)).rejects.toThrow(/no line was like .*out of order/s)
    expect((await failing.waitForLog(/out of (\w+)/))[1]).toBe('order')
  })

  it('gives a fixture of one’s own, to break and mend', async () => {
    const program = await copyOf('http')
    await program.breakSyntax()
    const broken = await startServer(program.path, { ready: false })
    expect(await broken.waitForExit()).toBe(1)
    await broken.waitForLog(/SyntaxError/)
    await program.remove()
    const missing = await startServer(program.path, { ready: false })
    expect(await missing.waitForExit()).toBe(1)
    expect(await readdir(program.folder)).not.toContain('http.mjs')
    await program.mend()
    expect(await readdir(program.folder)).toContain('http.mjs')
  })

  it('waits for conditions, and says what it waited for', async () => {
    const fails = (): never => {
      throw new Error('not yet')
    }
    const error = await until(fails, 'what never comes', 20).catch((late: unknown) => late)
    expect(error).toMatchObject({ message: 'Not within 20 ms: what never comes', cause: { message: 'not yet' } })
    expect(await until(() => 'found', 'what is there')).toBe('found')
  })
})
