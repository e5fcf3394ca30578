import { defineConfig } from 'vitest/config'
import base from './vitest.config.ts'

/** The long suites: one at a time, with the machine to themselves. */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: ['test/soak/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    fileParallelism: false,
    testTimeout: 30 * 60_000,
    passWithNoTests: true,
  },
})
