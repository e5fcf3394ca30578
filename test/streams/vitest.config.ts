import { defineConfig } from 'vitest/config'
import base from '../../vitest.config.ts'

/** Event streams and sessions through many restarts: the essential ones are among all other tests. */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: ['test/streams/*.suite.ts', 'test/sessions/*.suite.ts'],
    testTimeout: 300_000,
  },
})
