import { defineConfig } from 'vitest/config'
import base from '../../vitest.config.ts'

/** The chat of the examples, in a real browser. */
export default defineConfig({ ...base, test: { ...base.test, include: ['test/chat/*.suite.ts'] } })
