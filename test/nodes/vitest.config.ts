import { suitesIn } from '../workspace/suites.ts'

/** Restarts from one version of Node into another. The versions are installed by npm, once. */
export default suitesIn(['nodes'], {
  fileParallelism: false,
})
