import { suitesIn } from '../workspace/suites.ts'

/** The packages as they are published: packed, installed elsewhere, and used from there. */
export default suitesIn(['packaging'])
