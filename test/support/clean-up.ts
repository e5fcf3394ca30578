import { onTestFinished } from 'vitest'

/**
 * Runs when the test is over, passed or failed: last registered, first run. What is started in a hook rather than in a
 * test has to be ended by whoever started it.
 */
export function cleanUp(end: () => unknown): void {
  try {
    onTestFinished(async () => {
      await end()
    })
  } catch {
    // Not inside a test.
  }
}
