import type { Adapter } from './adapter.ts'
import { Stage } from './stage.ts'

/** A check of whichever adapter. */
export interface Check {
  readonly title: string
  run(adapter: Adapter): Promise<void>
}

/** What it starts and opens on its stage ends with it. */
export function check(title: string, body: (stage: Stage) => Promise<void>): Check {
  const run = async (adapter: Adapter): Promise<void> => {
    const stage = new Stage(adapter)
    try {
      await body(stage)
    } catch (error) {
      throw new Error(`${messageOf(error)}\n${stage.printed()}`, { cause: error })
    } finally {
      await stage.end()
    }
  }
  return { title, run }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
