import { suitesIn } from '../workspace/suites.ts'

/** The chat of the examples, in a real browser. */
export default suitesIn(['chat'])
