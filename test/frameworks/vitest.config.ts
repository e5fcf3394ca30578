import { suitesIn } from '../workspace/suites.ts'

/** Each framework under load; Nest with all of its versions, platforms and settings. What adapters promise is among all other tests. */
export default suitesIn(['frameworks'])
