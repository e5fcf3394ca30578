/**
 * Keeps this process alive when nobody reads its output any more: without a listener, the 'error' (EPIPE) of each write
 * ends it. https://nodejs.org/api/process.html#a-note-on-process-io
 */
export function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
}
