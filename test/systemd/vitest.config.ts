import { suitesIn } from '../workspace/suites.ts'

/** The suite that starts a real systemd user manager, for which it needs root and systemd: elsewhere it is skipped, and says so. */
export default suitesIn(['systemd'], {
  fileParallelism: false,
})
