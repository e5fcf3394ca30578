import { defineConfig } from 'vitest/config'
import base from '../../vitest.config.ts'

/** Scenarios from the tests of similar projects. */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: ['test/peers/*.suite.ts'],
  },
})
