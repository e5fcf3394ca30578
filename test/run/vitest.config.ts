import { defineConfig } from 'vitest/config'
import base from '../../vitest.config.ts'

/** What `zerodown run` does when things go wrong, and around it: the essential ones are among all other tests. */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: ['test/run/*.suite.ts'],
  },
})
