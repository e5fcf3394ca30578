import { defineConfig } from 'vitest/config'
import base from '../../vitest.config.ts'

/** Restarts from one version of Node into another. The versions are installed by npm, once. */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: ['test/nodes/*.suite.ts'],
    fileParallelism: false,
  },
})
