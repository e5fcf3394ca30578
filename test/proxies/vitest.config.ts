import { suitesIn } from '../workspace/suites.ts'

/** Restarts behind nginx and HAProxy, under wrk. Where one of them is not installed, its tests are skipped. */
export default suitesIn(['proxies'], {
  // wrk takes all of the time that it can get.
  fileParallelism: false,
  testTimeout: 180_000,
})
