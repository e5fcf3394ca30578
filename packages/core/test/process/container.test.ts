import { describe, expect, it } from 'vitest'
import { findAncestors, namesOf } from '../../src/process/ancestors.ts'
import type { Ancestor } from '../../src/process/ancestors.ts'
import { whyTakenAlong } from '../../src/process/container.ts'

/** Command lines, that of the parent first. */
const chain = (...lines: string[]): Ancestor[] =>
  lines.map((line, at) => {
    const args = line.split(' ')
    return { pid: lines.length - at, args, names: namesOf(args, '') }
  })

describe('a successor would be taken along, where all that this process descends from end with it', () => {
  it.each([
    ['tini -- node server.js', 'tini (pid 1) ends with it'],
    ['/sbin/docker-init -- node server.js', 'docker-init (pid 1) ends with it'],
    ['/run/podman-init -- node server.js', 'podman-init (pid 1) ends with it'],
    ['/usr/bin/dumb-init node server.js', 'dumb-init (pid 1) ends with it'],
    ['npm start', 'npm (pid 1) ends with it'],
    ['node /usr/bin/pnpm start', 'node (pid 1) ends with it'],
    ['sh -c cross-env-shell node server.js', 'sh (pid 1) ends with it'],
    ['/bin/bash /entrypoint.sh', 'bash (pid 1) ends with it'],
    // Whoever is not known may.
    ['/app/entrypoint', 'entrypoint (pid 1) may end with it'],
    ['node start.js', 'node (pid 1) may end with it'],
    ['/fly/init', 'init (pid 1) may end with it'],
  ])('%s', (line, reason) => {
    expect(whyTakenAlong(chain(line))).toContain(reason)
    expect(whyTakenAlong(chain('sh -c node server.js', 'npm run serve', line))).toContain(reason)
  })

  it('or nothing in the container is above this one', () => {
    expect(whyTakenAlong([])).toContain('it is the main process of the container, which ends with it')
  })
})

describe('a successor lives on where something stays', () => {
  it.each([
    ['an init', ['/sbin/init']],
    ['an init by its title', ['init(Ubuntu)']],
    ['systemd, below npm and a shell', ['sh -c node server.js', 'npm start', '/usr/lib/systemd/systemd --system']],
    ['s6', ['s6-supervise app', 's6-svscan /run/service']],
    ['a shell at which somebody is', ['npm start', '-bash']],
    ['one that came into a container with an init of its own', ['bash -l', 'tini -- sleep infinity']],
    ['a test runner', ['node /app/node_modules/vitest/dist/workers/forks.js', 'npm test', 'sh -c npm test']],
    ['a terminal', ['sh -c npm run dev', 'tmux: server', 'tini -- tmux']],
  ])('%s', (_, lines) => {
    expect(whyTakenAlong(chain(...lines))).toBeUndefined()
  })
})

it('the ancestors are known down to this process’s parent', () => {
  const found = findAncestors()
  expect(found?.[0]?.pid).toBe(process.ppid)
  expect(found?.[0]?.names).toContain('node')
})

it.each([
  [['npm start'], 'npm start', ['npm']],
  [['npm --prefix /srv/app start'], 'npm --prefix /s', ['npm']],
  [['-bash'], 'bash', ['bash']],
  // As newer versions of Node call it.
  [['node', '/app/node_modules/.bin/nodemon', 'server.js'], 'MainThread', ['node', 'MainThread', 'nodemon']],
  [['node', '/usr/lib/node_modules/npm/bin/npm-cli.js', 'start'], 'node', ['node', 'npm']],
  [['/usr/bin/python3', '/usr/bin/supervisord', '-n'], 'supervisord', ['python3', 'supervisord']],
  [[''], 'kthreadd', ['kthreadd']],
])('%j (%s) is known as %j', (args, comm, names) => {
  expect(namesOf(args, comm)).toEqual(names)
})
