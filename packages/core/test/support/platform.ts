import type { Platform } from '../../src/process/platform.ts'

/** A process that can start a successor. */
export const capable: Platform = {
  platform: 'linux',
  pid: 42,
  bun: false,
  clusterWorker: false,
  clusterPrimary: false,
  mainThread: true,
  mayStartProcesses: true,
  outlived: false,
  ancestors: () => undefined,
}
