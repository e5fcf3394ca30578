const { stderr } = process

/** What is being done now: one line that is overwritten, and none where nobody looks on. */
export function progress(what: string): void {
  if (stderr.isTTY) stderr.write(`\r\x1b[K${what}`)
}

export function endProgress(): void {
  progress('')
}
