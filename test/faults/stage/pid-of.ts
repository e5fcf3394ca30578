/** The pid that was told of. A signal to process 0, or to an undefined one, would reach the test runner itself. */
export function pidOf({ pid }: { pid?: number | undefined }): number {
  if (pid === undefined || !(pid > 1)) throw new Error(`no pid, but ${pid}`)
  return pid
}
