import { defineConfig } from 'vitest/config'
import base from '../../vitest.config.ts'

/** Applications that others wrote. They are installed from the registry: once, and then again when their files change. */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: ['test/applications/*.suite.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    fileParallelism: false,
  },
})
