import { defineConfig } from 'vitest/config'
import base from '../../vitest.config.ts'

/** Each framework under load; Nest with all of its versions, platforms and settings. What adapters promise is among all other tests. */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: ['test/frameworks/*.suite.ts'],
  },
})
