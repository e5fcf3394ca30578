import { suitesIn } from '../workspace/suites.ts'

/** Event streams and sessions through many restarts: the essential ones are among all other tests. */
export default suitesIn(['streams', 'sessions'], {
  testTimeout: 300_000,
})
