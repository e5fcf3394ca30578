import type { Application } from './application.ts'
import { WORKERS, reading } from './load.ts'
import { usual } from './usual.ts'

/** Frameworks that make their server themselves. */
export const FRAMEWORKS: readonly Application[] = [
  {
    ...usual,
    name: 'Next.js, standalone',
    folder: 'examples/frameworks/next',
    script: '.next-standalone/standalone/server.js',
    env: ({ host, port }) => ({ HOSTNAME: host, PORT: String(port) }),
    workers: [...WORKERS, ...reading('/')],
    cleansUp: ['after the answer'],
  },
  {
    ...usual,
    name: 'Next.js, next start',
    folder: 'examples/frameworks/next',
    script: 'node_modules/next/dist/bin/next',
    args: ({ host, port }) => ['start', '--hostname', host, '--port', String(port)],
    workers: [...WORKERS, ...reading('/')],
    cleansUp: ['after the answer'],
  },
  {
    ...usual,
    name: 'SvelteKit, adapter-node',
    folder: 'examples/frameworks/sveltekit',
    script: 'build/index.js',
    workers: [...WORKERS, ...reading('/')],
    cleansUp: ['SIGTERM'],
  },
  {
    ...usual,
    name: 'Nuxt',
    folder: 'examples/frameworks/nuxt',
    script: '.output/server/index.mjs',
    workers: [...WORKERS, ...reading('/')],
    cleansUp: ['closed'],
  },
  {
    ...usual,
    name: 'Nitro, node-server',
    folder: 'examples/frameworks/nitro',
    script: '.output/server/index.mjs',
    cleansUp: ['closed'],
  },
  {
    ...usual,
    name: 'Astro, @astrojs/node standalone',
    folder: 'examples/frameworks/astro',
    script: 'dist/server/entry.mjs',
    workers: [...WORKERS, ...reading('/')],
  },
  {
    ...usual,
    name: 'React Router, react-router-serve',
    folder: 'examples/frameworks/react-router',
    script: 'node_modules/@react-router/serve/bin.cjs',
    scriptOnNode20: 'node_modules/@react-router/serve/bin.js',
    args: () => ['build/server/index.js'],
    workers: [...WORKERS, ...reading('/')],
  },
]
