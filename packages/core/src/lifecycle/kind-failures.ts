import { messageOf } from '../errors.ts'
import type { Logger } from '../logger.ts'

/** How many reasons are said at most. */
const MOST = 10

/**
 * Logs what goes wrong with connections of a kind.
 * @param meaning what that means for them
 */
export function sayKindFailures(
  logger: Logger,
  meaning: (kind: string) => string,
): (kind: string, error: unknown) => void {
  const said = new Set<string>()
  return (kind, error) => {
    const line = `${meaning(kind)}: ${messageOf(error)}`
    // Thousands may fail for the same reason.
    if (said.size < MOST && !said.has(line)) logger.warn(line)
    said.add(line)
  }
}
