import picocolors from 'picocolors'

/** For people only: none in a pipe, even where CI=true speaks for them to picocolors. */
export const colours: ReturnType<typeof picocolors.createColors> = picocolors.createColors(
  process.stdout.isTTY === true && picocolors.isColorSupported,
)
