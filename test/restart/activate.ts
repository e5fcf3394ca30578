import type { ServerOptions } from '../support/index.ts'

const NODE = process.env['ZERODOWN_TEST_NODE'] ?? process.execPath

/** A socket that a service manager has bound: on a port, or on a path. */
export interface Passed {
  readonly name: string
  readonly port?: number
  readonly path?: string
}

/**
 * Binds sockets and starts a program with them, as a service manager does: LISTEN_PID holds the pid of that program. It
 * stays for as long as that does.
 */
const ACTIVATE = `
const [, sockets, ...command] = process.argv
const fs = require('fs')
const passed = JSON.parse(sockets)
const servers = passed.map(({ port, path }) =>
  require('net').createServer().listen(path === undefined ? { port, host: '127.0.0.1' } : { path }))
Promise.all(servers.map((server) => new Promise((done) => server.once('listening', done)))).then(() => {
  const names = passed.map(({ name }) => name).join(':')
  const script = 'LISTEN_FDS=' + passed.length + ' LISTEN_FDNAMES=' + names + ' LISTEN_PID=$$ exec "$0" "$@"'
  const stdio = ['inherit', 'inherit', 'inherit', ...servers.map((server) => server._handle.fd)]
  require('child_process').spawn('sh', ['-c', script, ...command], { stdio })
  // What has bound a path removes it when it closes.
  const paths = passed.flatMap(({ path = [] }) => path)
  for (const path of paths) fs.linkSync(path, path + '.kept')
  for (const server of servers) server.close()
  for (const path of paths) fs.renameSync(path + '.kept', path)
})`

/** How to start a program with these sockets; on any port, where none is given. */
export const activatedBy = (...sockets: readonly Passed[]): Pick<ServerOptions, 'node' | 'nodeArgs'> => ({
  node: NODE,
  nodeArgs: ['-e', ACTIVATE, JSON.stringify(sockets.map(({ name, port = 0, path }) => ({ name, port, path }))), NODE],
})
