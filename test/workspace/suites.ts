import type { ViteUserConfig } from 'vitest/config'
import { defineConfig } from 'vitest/config'
import base from '../../vitest.config.ts'

/**
 * What a script of its own runs: the long suites in these folders of `test`. All else is as for the other tests.
 * @param settings what is particular to them
 */
export const suitesIn = (folders: readonly string[], settings: ViteUserConfig['test'] = {}): ViteUserConfig =>
  defineConfig({
    ...base,
    test: { ...base.test, include: folders.map((folder) => `test/${folder}/*.suite.ts`), ...settings },
  })
