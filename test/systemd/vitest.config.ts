import { defineConfig } from 'vitest/config'
import base from '../../vitest.config.ts'

/** The suite that starts a real systemd user manager, for which it needs root and systemd: elsewhere it is skipped, and says so. */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: ['test/systemd/*.suite.ts'],
    fileParallelism: false,
  },
})
