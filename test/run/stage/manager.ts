import { execFile, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Target } from '@zerodown/load'
import type { ServerProcess } from '../../support/index.ts'
import { FIXTURES, startServer, tempDir, until } from '../../support/index.ts'
import { CLI } from './supervised.ts'

const NODE = process.env['ZERODOWN_TEST_NODE'] ?? process.execPath
const PROGRAM = join(FIXTURES, 'register/http.mjs')

/** A program that watches one pid. */
export interface Manager {
  /** Its name, and why it is skipped. */
  readonly title: string
  /** Whether it can be tested here. */
  readonly runs: boolean
  /** How its configuration is called. */
  readonly file: string
  /** @param command starts `zerodown run`, without the arguments */
  readonly configuration: (command: string, args: readonly string[], folder: string) => string
  /** A shell's command that starts it in the foreground. */
  readonly start: (folder: string) => string
  readonly env: (folder: string) => Record<string, string>
  /** Its own command: the file and its arguments. */
  readonly says: (folder: string, what: 'restart' | 'stop' | 'shutdown') => readonly string[]
}

const pm2 = ((): string | undefined => {
  try {
    return createRequire(new URL('../../../bench/package.json', import.meta.url)).resolve('pm2/bin/pm2')
  } catch {
    return undefined
  }
})()

const hasSupervisord = spawnSync('supervisord', ['--version']).status === 0

export const MANAGERS: readonly Manager[] = [
  {
    title: hasSupervisord ? 'supervisord' : 'supervisord (skipped: it is not installed)',
    runs: hasSupervisord,
    file: 'supervisord.conf',
    configuration: (command, args, folder) => `
[supervisord]
nodaemon=true
logfile=/dev/null
logfile_maxbytes=0
pidfile=${folder}/supervisord.pid
[unix_http_server]
file=${folder}/supervisor.sock
[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
[supervisorctl]
serverurl=unix://${folder}/supervisor.sock
[program:app]
directory=${FIXTURES}
command=${[command, ...args].join(' ')}
stopsignal=TERM
stopwaitsecs=35
redirect_stderr=true
stdout_logfile=${folder}/app.log
`,
    start: (folder) => `supervisord -c ${folder}/supervisord.conf`,
    env: () => ({}),
    says: (folder, what) => [
      'supervisorctl',
      '-c',
      `${folder}/supervisord.conf`,
      ...{ restart: ['signal', 'USR2', 'app'], stop: ['stop', 'app'], shutdown: ['shutdown'] }[what],
    ],
  },
  {
    title: pm2 === undefined ? 'pm2 in fork mode (skipped: it is not installed)' : 'pm2 in fork mode',
    runs: pm2 !== undefined,
    // pm2 knows it by the end of its name.
    file: 'ecosystem.config.js',
    configuration: (command, args, folder) => `
module.exports = {
  apps: [
    {
      name: 'app',
      cwd: ${JSON.stringify(FIXTURES)},
      script: ${JSON.stringify(command)},
      args: ${JSON.stringify(args)},
      interpreter: 'none',
      exec_mode: 'fork',
      kill_timeout: 35000,
      treekill: false,
      merge_logs: true,
      out_file: '${folder}/app.log',
      error_file: '${folder}/app.log',
    },
  ],
}
`,
    start: (folder) => `${NODE} ${pm2} start ${folder}/ecosystem.config.js --no-daemon`,
    // It looks for no newer version of itself, and meets no other one.
    env: (folder) => ({
      PM2_HOME: join(folder, 'pm2'),
      PM2_DISABLE_VERSION_CHECK: 'true',
      PM2_DISCRETE_MODE: 'true',
    }),
    says: (_, what) => [
      NODE,
      pm2 ?? '',
      ...{ restart: ['sendSignal', 'SIGUSR2', 'app'], stop: ['stop', 'app'], shutdown: ['kill'] }[what],
    ],
  },
]

export interface Managed {
  /** The manager, and all that comes of it. */
  readonly server: ServerProcess
  readonly target: Target
  /** What the program and `zerodown run` have printed. */
  log(): string
  /** The pid in the pid file: that of the supervisor of zerodown. */
  pid(): number
  says(what: 'restart' | 'stop' | 'shutdown'): Promise<string>
}

/** Starts `zerodown run` with two workers as its documentation says. */
export async function startUnder({ file: configured, configuration, start, env, says }: Manager): Promise<Managed> {
  const folder = await tempDir()
  const socketPath = join(folder, 'app.sock')
  const variables = env(folder)
  // Under node_modules/.bin the command is a file that can be run.
  const command = join(folder, 'zerodown')
  await writeFile(command, `#!/bin/sh\nexec ${NODE} ${CLI} "$@"\n`, { mode: 0o755 })
  const pidFile = join(folder, 'app.pid')
  const args = ['run', '-w', '2', '--probation', '0', '--pid-file', pidFile, PROGRAM]
  await writeFile(join(folder, configured), configuration(command, args, folder))
  const server = await startServer('register/http.mjs', {
    node: 'sh',
    nodeArgs: ['-c', `exec ${start(folder)}`],
    env: variables,
    address: `unix:${socketPath}`,
    ready: false,
  })
  const read = (name: string): string => {
    try {
      return readFileSync(join(folder, name), 'utf8')
    } catch {
      return ''
    }
  }
  await until(
    () => read('app.pid') !== '',
    () => `the pid file. ${server.output} ${read('app.log')}`,
    40_000,
  )
  return {
    server,
    target: { socketPath },
    log: () => read('app.log'),
    pid: () => Number(read('app.pid')),
    async says(what) {
      const [file = '', ...rest] = says(folder, what)
      const { stdout } = await promisify(execFile)(file, rest, { env: { ...process.env, ...variables } })
      return stdout
    },
  }
}
