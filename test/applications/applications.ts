import type { Application, Place } from './application.ts'
import { WORKERS, reading } from './load.ts'
import { packument, publish } from './verdaccio.ts'

const variables = ({ host, port }: Place): Record<string, string> => ({ HOST: host, PORT: String(port) })

/** As most of them are started, and asked. */
const usual = {
  env: variables,
  path: '/identity',
  workers: WORKERS,
  question: (ms: number) => ({ path: `/slow?ms=${ms}` }),
} satisfies Partial<Application>

const hooks = ['the module', 'before the shutdown by SIGTERM', 'after the shutdown by SIGTERM']

const slowQuery = (ms: number): string => `/?query=${encodeURIComponent(`{slow(ms:${ms})}`)}`

export const APPLICATIONS: readonly Application[] = [
  {
    ...usual,
    name: 'Next.js, standalone',
    folder: 'next',
    script: 'standalone/standalone/server.js',
    env: ({ host, port }) => ({ HOSTNAME: host, PORT: String(port) }),
    workers: [...WORKERS, ...reading('/')],
    cleansUp: ['after the answer'],
  },
  {
    ...usual,
    name: 'Next.js, next start',
    folder: 'next',
    script: 'node_modules/next/dist/bin/next',
    args: ({ host, port }) => ['start', '--hostname', host, '--port', String(port)],
    workers: [...WORKERS, ...reading('/')],
    cleansUp: ['after the answer'],
  },
  {
    ...usual,
    name: 'SvelteKit, adapter-node',
    folder: 'sveltekit',
    script: 'build/index.js',
    workers: [...WORKERS, ...reading('/')],
    cleansUp: ['SIGTERM'],
  },
  { ...usual, name: 'Nitro, node-server', folder: 'nitro', script: '.output/server/index.mjs', cleansUp: ['closed'] },
  {
    ...usual,
    name: 'Nest, enableShutdownHooks of two signals',
    folder: 'nest',
    script: 'dist/main.js',
    env: (place) => ({ ...variables(place), SIGNALS: 'SIGTERM,SIGINT' }),
    cleansUp: hooks,
  },
  {
    ...usual,
    // Of each signal that Nest knows, SIGUSR2 and SIGHUP among them.
    name: 'Nest, enableShutdownHooks',
    folder: 'nest',
    script: 'dist/main.js',
    signal: 'SIGWINCH',
    cleansUp: hooks,
  },
  {
    ...usual,
    name: 'Apollo Server, standalone',
    folder: 'apollo',
    script: 'server.js',
    path: '/?query={generation}',
    workers: reading('/?query={generation}', slowQuery(100)),
    question: (ms) => ({ path: slowQuery(ms) }),
    cleansUp: ['the server has stopped'],
  },
  { ...usual, name: 'hapi', folder: 'hapi', script: 'server.js', cleansUp: ['the server has stopped'] },
  {
    ...usual,
    name: 'verdaccio',
    folder: 'verdaccio',
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
  { ...usual, name: 'Socket.IO', folder: 'socket.io', script: 'server.js', cleansUp: ['closed'] },
  {
    ...usual,
    name: 'vite preview',
    folder: 'vite',
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
    folder: 'tsx',
    script: 'node_modules/tsx/dist/cli.mjs',
    args: () => ['server.ts'],
    by: 'NODE_OPTIONS',
  },
]
