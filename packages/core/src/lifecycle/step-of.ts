import type { Step } from '../control/progress.ts'
import type { EventName, ZerodownEvents } from '../events.ts'

type Steps = { readonly [Name in EventName]?: (...message: ZerodownEvents[Name]) => Step }

/** Which events whoever has asked for a restart is told of. */
const STEPS: Steps = {
  restarting: ({ generation }) => ({ event: 'restarting', generation }),
  waiting: ({ generation, timeout }) => ({ event: 'waiting', generation, timeout }),
  launched: ({ pid, generation }) => ({ event: 'launched', pid, generation }),
  probation: ({ pid, generation, duration }) => ({ event: 'probation', pid, generation, duration }),
  committed: ({ pid, generation }) => ({ event: 'committed', pid, generation }),
  drained: (ledger) => ({ event: 'drained', ...ledger }),
  rolledBack: ({ error: { code, message } }) => ({ event: 'rolledBack', code, message }),
}

export function stepOf<Name extends EventName>(name: Name, message: ZerodownEvents[Name]): Step | undefined {
  const step = STEPS[name] as ((...all: ZerodownEvents[Name]) => Step) | undefined
  return step?.(...message)
}
