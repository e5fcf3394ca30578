import { execFileSync, spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { chmod, cp, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { startControlled } from '../control/controlled.ts'
import { startSupervised } from '../run/stage/supervised.ts'
import { FIXTURES, tempDir, until } from '../support/index.ts'
import type { ServerOptions } from '../support/index.ts'
import { startRegistered } from '../register/start.ts'
import { zerodown } from './command.ts'

const NODE = process.env['ZERODOWN_TEST_NODE'] ?? process.execPath
const CORE = fileURLToPath(new URL('../../packages/core', import.meta.url))

interface Finding {
  readonly weight: string
  readonly what: string
  readonly advice: string
}

/** What the doctor says of the server behind a control socket, and its exit code. */
async function diagnose(control: string): Promise<{ code: number | null; findings: Finding[] }> {
  const { code, stdout, stderr } = await zerodown(['doctor', '--control', control, '--json'])
  if (stderr !== '') throw new Error(stderr)
  return { code, findings: (JSON.parse(stdout) as { findings: Finding[] }).findings }
}

const finding = (weight: 'blocks' | 'weakens', what: RegExp, advice: RegExp): unknown =>
  expect.objectContaining({ weight, what: expect.stringMatching(what), advice: expect.stringMatching(advice) })

async function expectFinding(control: string, ...expected: Parameters<typeof finding>): Promise<void> {
  const { code, findings } = await diagnose(control)
  expect(findings).toContainEqual(finding(...expected))
  expect(code).toBe(expected[0] === 'blocks' ? 1 : 0)
}

/** Arguments of unshare(1): what is started ends with its first process, as in a container. */
const CONTAINER = ['--pid', '--fork', '--kill-child', '--mount-proc']
const SHELL = ['sh', '-c', '"$@"; exit $?', 'sh', NODE]

describe('zerodown doctor says what blocks a restart', () => {
  // Only who may make a PID namespace can be in the place of a container.
  it.runIf(spawnSync('unshare', [...CONTAINER, 'true']).status === 0).each<[string, string[], RegExp]>([
    ['the server is PID 1', [NODE], /this process is PID 1: .* Start the server with `zerodown run`/],
    ['it has an init that ends with it', SHELL, /sh \(pid 1\) ends with it, .* Start the server with `zerodown run`/],
  ])('%s', async (_, command, why) => {
    const { control } = await startControlled({ node: 'unshare', nodeArgs: [...CONTAINER, ...command] })
    await expectFinding(control, 'blocks', why, /^The reason says what to do/)
  })

  it('pm2 has started it', async () => {
    const { control } = await startControlled({ env: { pm_id: '0' } })
    await expectFinding(control, 'blocks', /^pm2 has started process \d+/, /^Have pm2 start zerodown run/)
  })

  it('the permission model lets it start no process', async () => {
    const help = spawnSync(NODE, ['--help'], { encoding: 'utf8' }).stdout
    const name = ['--permission', '--experimental-permission'].find((one) =>
      new RegExp(`^\\s+${one}\\b`, 'm').test(help),
    )
    const net = help.includes('--allow-net') ? ['--allow-net'] : []
    const { control } = await startControlled({
      nodeArgs: [name ?? '', '--allow-fs-read=*', '--allow-fs-write=*', ...net],
    })
    await expectFinding(control, 'blocks', /under --permission .* Add --allow-child-process/, /^The reason says/)
  })
})

/** A server that systemd has started, where nothing can speak to it. */
async function withoutNotify(): Promise<ServerOptions> {
  const folder = await tempDir()
  return { env: { NOTIFY_SOCKET: join(folder, 'socket'), PATH: folder } }
}

describe('zerodown doctor says what weakens a restart', () => {
  it('systemd-notify is missing', async () => {
    const { control, server } = await startControlled(await withoutNotify())
    const what = new RegExp(`^systemd-notify is not in the PATH of process ${server.pid}: systemd does not hear`)
    await expectFinding(control, 'weakens', what, /^Install it/)
  })

  it('systemd-notify is missing for zerodown run', async () => {
    const socket = join(await tempDir(), 'control')
    const { server } = await startSupervised('register/http.mjs', {
      ...(await withoutNotify()),
      flags: ['--control', socket],
    })
    const what = new RegExp(`^systemd-notify is not in the PATH of process ${server.pid}: `)
    await expectFinding(socket, 'weakens', what, /^Install it/)
  })

  it('and nothing of that where it is there, or no systemd has started it', async () => {
    const folder = await tempDir()
    await writeFile(join(folder, 'systemd-notify'), '#!/bin/sh\n')
    await chmod(join(folder, 'systemd-notify'), 0o755)
    const notified = { NOTIFY_SOCKET: join(folder, 'socket'), PATH: `${folder}:${process.env['PATH']}` }
    for (const env of [notified, { PATH: folder }]) {
      const { control } = await startControlled({ env })
      const { findings } = await diagnose(control)
      expect(findings.filter(({ what }) => what.includes('systemd-notify'))).toEqual([])
    }
  })

  it('keepAliveTimeout is below that of the load balancer', async () => {
    const { control } = await startControlled({ options: { lbIdleTimeout: 60_000 } })
    const what = /keepAliveTimeout is 5000 ms, and the load balancer keeps idle connections for 60000 ms/
    await expectFinding(control, 'weakens', what, /./)
  })

  it('keepAliveTimeout is above drainTimeout, also under zerodown run, once for all slots', async () => {
    const what =
      /keepAliveTimeout is 5000 ms, and drainTimeout is 4000 ms\. At a restart its connections move; at a stop/
    const { control } = await startControlled({ options: { drainTimeout: 4000 } })
    await expectFinding(control, 'weakens', what, /^Set drainTimeout to more than 6000/)

    const socket = join(await tempDir(), 'control')
    await startSupervised('register/http.mjs', { flags: ['--control', socket, '--drain-timeout', '4000'] })
    const { findings } = await diagnose(socket)
    expect(findings.filter((one) => what.test(one.what))).toHaveLength(1)
  })

  it('may have few descriptors open, or has most of them open', async () => {
    const few = (limit: number): ServerOptions => ({
      node: 'sh',
      nodeArgs: ['-c', `ulimit -n ${limit}; exec "$@"`, 'sh', NODE],
    })
    const { control, server } = await startControlled(few(1000))
    await expectFinding(control, 'weakens', /^process \d+ may open 1000 descriptors/, /ulimit -n, or LimitNOFILE=/)
    // It runs already: to start takes more descriptors than to serve.
    const limit = readdirSync(`/proc/${server.pid}/fd`).length + 5
    execFileSync('prlimit', ['--pid', String(server.pid), `--nofile=${limit}`])
    const what = new RegExp(`^process \\d+ has \\d+ of ${limit} descriptors open`)
    await expectFinding(control, 'weakens', what, /ulimit -n, or LimitNOFILE=/)
  })

  it('has two copies of zerodown', async () => {
    const folder = await tempDir()
    const copy = join(folder, 'core')
    await mkdir(copy)
    await cp(join(CORE, 'dist'), join(copy, 'dist'), { recursive: true })
    await cp(join(CORE, 'package.json'), join(copy, 'package.json'))
    const control = join(folder, 'control')
    await startRegistered(join(FIXTURES, 'second-copy.mjs'), {
      env: { COPY: join(copy, 'dist', 'index.js'), ZERODOWN_CONTROL: control },
    })
    await until(async () => (await zerodown(['status', '--control', control])).code === 0, 'its control socket')
    await expectFinding(control, 'weakens', /this process has loaded zerodown twice, from .* and from /, /./)
  })
})
