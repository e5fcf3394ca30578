import type { Worker } from '@zerodown/load'

/** Where it shall listen. */
export interface Address {
  readonly host: string
  readonly port: number
}

/** And where it may keep its data. */
export interface Place extends Address {
  readonly data: string
}

/** An application that others wrote, or that is written as their documentation says. It knows nothing of zerodown. */
export interface Application {
  readonly name: string
  /** Of its sources, from the root of the repository. */
  readonly folder: string
  /** What Node runs there. */
  readonly script: string
  /** The same of the version for Node 20, where that is another one. */
  readonly scriptOnNode20?: string
  readonly args?: (place: Place) => string[]
  readonly env?: (place: Place) => Record<string, string>
  /** How it is started: `node --import zerodown/register`, or, where a wrapper starts Node, by NODE_OPTIONS. */
  readonly by?: 'option' | 'NODE_OPTIONS'
  /** Answers when it is up. */
  readonly path: string
  /** What is asked of it while it restarts. */
  readonly workers: readonly Worker[]
  /** What is in flight when it is restarted or ended: it takes `ms`, or as long as its client wants. */
  readonly question: (ms: number) => Question
  /** What it says of its own shutdown. */
  readonly cleansUp?: readonly string[]
  /** It destroys its connections at SIGTERM, so that nothing can be answered. */
  readonly destroys?: true
  /** The signal that starts a restart, where SIGUSR2 is the application's own. */
  readonly signal?: NodeJS.Signals
  /** Before any of it. */
  readonly prepare?: (place: Place) => Promise<void>
}

export interface Question {
  readonly path: string
  readonly method?: string
  readonly headers?: Record<string, string>
  /** Sent when the request is in flight. */
  readonly body?: string
  /** Bytes of an answer that is read when the request is in flight. */
  readonly download?: number
}
