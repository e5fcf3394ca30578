import { defineConfig } from 'vitest/config'
import base from './vitest.config.ts'

/** What people will install, seen from outside: packs, installs and uses the packages as published. */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: ['test/packaging/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
})
