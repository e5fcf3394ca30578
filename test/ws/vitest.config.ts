import { suitesIn } from '../workspace/suites.ts'

/** WebSockets under load, through many restarts, in each version of ws. `ZERODOWN_TEST_NODE` says in which Node. */
export default suitesIn(['ws'], {
  testTimeout: 30 * 60_000,
})
