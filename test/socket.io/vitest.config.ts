import { suitesIn } from '../workspace/suites.ts'

/** Clients of Socket.IO, of all versions and in greater numbers: the essential ones are among all other tests. */
export default suitesIn(['socket.io'], {
  testTimeout: 30 * 60_000,
})
