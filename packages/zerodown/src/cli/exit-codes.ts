/** What a command came to, for scripts. */
export const EXIT = {
  done: 0,
  /** It was tried, and did not happen. The service is as it was, unless the message says otherwise. */
  failed: 1,
  /** The command was not understood. */
  usage: 2,
  /** Nothing was tried: the service, or the system, does not let it. */
  refused: 3,
  /** It is not over, and may go on. */
  timedOut: 4,
  /** There is no such service, or not yet: one that starts can be reached as soon as it serves. */
  nobody: 5,
  /** The process that was asked has ended before it could say. The service may be down. */
  lost: 6,
  /** Some slots of `zerodown run` have the new code, the others the old one: two releases are in service. */
  partly: 7,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

export const EXIT_CODES = `Exit codes: 0 done; 1 it failed, and the service is as it was; 2 the command was not understood;
3 refused, nothing was tried; 4 timed out, it may go on; 5 nobody is there; 6 the process that was
asked has ended before it was over; 7 the restart stopped at a later slot, and two releases are in
service.
`
