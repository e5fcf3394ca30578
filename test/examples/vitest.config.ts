import { defineConfig } from 'vitest/config'
import base from '../../vitest.config.ts'

/** The examples under load, and through many restarts: the essential ones are among all other tests. */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: ['test/examples/*.suite.ts'],
    testTimeout: 300_000,
  },
})
