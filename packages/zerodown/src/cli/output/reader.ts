let gone = false

/**
 * Keeps `zerodown reload | head -1` from ending in the middle (EPIPE): what was ordered is followed to its end all the
 * same, so that the exit code is the right one.
 */
export function outliveReader(): void {
  process.stdout.on('error', () => {
    gone = true
  })
}

/** Whether nobody reads any more what is printed. */
export const readerIsGone = (): boolean => gone
