import { defineConfig } from 'vitest/config'
import base from '../../vitest.config.ts'

/** Clients of Socket.IO, of all versions and in greater numbers: the essential ones are among all other tests. */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: ['test/socket.io/*.suite.ts'],
    testTimeout: 30 * 60_000,
  },
})
