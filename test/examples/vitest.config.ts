import { suitesIn } from '../workspace/suites.ts'

/** The examples under load, and through many restarts: the essential ones are among all other tests. */
export default suitesIn(['examples'])
