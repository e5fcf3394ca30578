import { defineConfig } from 'vitest/config'
import base from '../../vitest.config.ts'

/** WebSockets under load, through many restarts, in each version of ws. `ZERODOWN_TEST_NODE` says in which Node. */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: ['test/ws/*.suite.ts'],
    testTimeout: 30 * 60_000,
  },
})
