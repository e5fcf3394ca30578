import { suitesIn } from '../workspace/suites.ts'

/** Applications that others wrote. They are installed from the registry: once, and then again when their files change. */
export default suitesIn(['applications'], {
  exclude: ['**/node_modules/**', '**/dist/**'],
  fileParallelism: false,
})
