import { defineConfig } from 'vitest/config'
import { aliasesToSources } from './test/workspace/aliases.ts'

/** Unit tests see the packages' sources; the programs that process tests start see what was built. */
export default defineConfig({
  resolve: {
    alias: aliasesToSources(),
  },
  test: {
    environment: 'node',
    // Ends what a test may leave behind, and fails the run if there was anything.
    globalSetup: ['./test/support/global-setup.ts'],
    include: ['packages/*/test/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**', 'test/soak/**', 'test/applications/**'],
    pool: 'forks',
    // Process tests wait most of the time.
    maxWorkers: 4,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    retry: 0,
  },
})
