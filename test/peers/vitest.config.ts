import { suitesIn } from '../workspace/suites.ts'

/** Scenarios from the tests of similar projects. */
export default suitesIn(['peers'])
