import { suitesIn } from '../workspace/suites.ts'

/** What `zerodown run` and the command line do when things go wrong: the essential ones are among all other tests. */
export default suitesIn(['run', 'cli'])
