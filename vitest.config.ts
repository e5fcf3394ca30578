import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const source = (name: string) => fileURLToPath(new URL(`packages/${name}/src/index.ts`, import.meta.url))

/** Unit tests see the packages' sources; the programs that process tests start see what was built. */
export default defineConfig({
  resolve: {
    alias: [
      { find: /^@zerodown\/core$/, replacement: source('core') },
      { find: /^@zerodown\/express$/, replacement: source('express') },
      { find: /^@zerodown\/fastify$/, replacement: source('fastify') },
      { find: /^@zerodown\/koa$/, replacement: source('koa') },
      { find: /^zerodown$/, replacement: source('zerodown') },
    ],
  },
  test: {
    environment: 'node',
    // Ends what a test may leave behind, and fails the run if there was anything.
    globalSetup: ['./test/support/global-setup.ts'],
    include: ['packages/*/test/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**', 'test/soak/**', 'test/applications/**'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    retry: 0,
  },
})
