import { defineConfig } from 'vitest/config'
import base from '../../vitest.config.ts'

/** Restarts behind nginx and HAProxy, under wrk. Where one of them is not installed, its tests are skipped. */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: ['test/proxies/*.suite.ts'],
    // wrk takes all of the time that it can get.
    fileParallelism: false,
    testTimeout: 180_000,
  },
})
