import type { ServerProcess } from '../../support/index.ts'

/** A proxy, configured as its example says. */
export interface Proxy {
  /** @param upstream the ports of the servers behind it, of which the example has one */
  start(...upstream: readonly number[]): Promise<RunningProxy>
}

export interface RunningProxy {
  readonly process: ServerProcess
  readonly port: number
  /** What the proxy itself has noted that went wrong: answers other than 2xx, requests sent twice, broken connections. */
  complaints(): Promise<string[]>
}
