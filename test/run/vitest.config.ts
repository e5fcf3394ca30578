import { defineConfig } from 'vitest/config'
import base from '../../vitest.config.ts'

/** What `zerodown run` and the command line do when things go wrong: the essential ones are among all other tests. */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: ['test/run/*.suite.ts', 'test/cli/*.suite.ts'],
  },
})
