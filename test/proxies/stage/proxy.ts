import type { ServerProcess } from '../../support/index.ts'

/** A proxy, configured as its example says. */
export interface Proxy {
  /** @param upstream the port of the server behind it */
  start(upstream: number): Promise<RunningProxy>
}

export interface RunningProxy {
  readonly process: ServerProcess
  readonly port: number
  /** What the proxy itself has noted that went wrong: answers other than 2xx, requests sent twice, broken connections. */
  complaints(): Promise<string[]>
}
