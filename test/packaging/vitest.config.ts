import { defineConfig } from 'vitest/config'
import base from '../../vitest.config.ts'

/** The packages as they are published: packed, installed elsewhere, and used from there. */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: ['test/packaging/*.suite.ts'],
  },
})
