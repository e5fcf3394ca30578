import type { Application } from './application.ts'
import { FRAMEWORKS } from './frameworks.ts'
import { reading } from './load.ts'
import { usual, variables } from './usual.ts'
import { packument, publish } from './verdaccio.ts'

const hooks = ['the module', 'before the shutdown by SIGTERM', 'after the shutdown by SIGTERM']

const slowQuery = (ms: number): string => `/?query=${encodeURIComponent(`{slow(ms:${ms})}`)}`

/** The frameworks first. */
export const APPLICATIONS: readonly Application[] = [
  ...FRAMEWORKS,
  {
    ...usual,
    name: 'Nest, enableShutdownHooks of two signals',
    folder: 'test/applications/nest',
    script: 'dist/main.js',
    env: (place) => ({ ...variables(place), SIGNALS: 'SIGTERM,SIGINT' }),
    cleansUp: hooks,
  },
  {
    ...usual,
    // Of each signal that Nest knows, SIGUSR2 and SIGHUP among them.
    name: 'Nest, enableShutdownHooks',
    folder: 'test/applications/nest',
    script: 'dist/main.js',
    signal: 'SIGWINCH',
    cleansUp: hooks,
  },
  {
    ...usual,
    name: 'Apollo Server, standalone',
    folder: 'test/applications/apollo',
    script: 'server.js',
    path: '/?query={generation}',
    workers: reading('/?query={generation}', slowQuery(100)),
    question: (ms) => ({ path: slowQuery(ms) }),
    cleansUp: ['the server has stopped'],
  },
  {
    ...usual,
    name: 'hapi',
    folder: 'test/applications/hapi',
    script: 'server.js',
    cleansUp: ['the server has stopped'],
  },
  {
    ...usual,
    name: 'verdaccio',
    folder: 'test/applications/verdaccio',
    script: 'node_modules/verdaccio/bin/verdaccio',
    args: ({ host, port }) => ['--config', 'config.yaml', '--listen', `${host}:${port}`],
    env: ({ data }) => ({ VERDACCIO_STORAGE_PATH: data }),
    path: '/-/ping',
    prepare: (place) => publish(place, 'published'),
    workers: reading('/-/ping', '/published', '/published/-/published-1.0.0.tgz'),
    question: () => ({
      method: 'PUT',
      path: '/published-late',
      headers: { 'content-type': 'application/json' },
      body: packument('published-late'),
    }),
  },
  { ...usual, name: 'Socket.IO', folder: 'test/applications/socket.io', script: 'server.js', cleansUp: ['closed'] },
  {
    ...usual,
    name: 'vite preview',
    folder: 'test/applications/vite',
    script: 'node_modules/vite/bin/vite.js',
    args: ({ host, port }) => ['preview', '--host', host, '--port', String(port)],
    path: '/',
    workers: reading('/'),
    question: () => ({ path: '/large.bin', download: 16_000_000 }),
    destroys: true,
  },
  {
    ...usual,
    name: 'tsx',
    folder: 'test/applications/tsx',
    script: 'node_modules/tsx/dist/cli.mjs',
    args: () => ['server.ts'],
    by: 'NODE_OPTIONS',
  },
]
