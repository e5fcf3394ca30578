export type { Announcement } from '../../packages/adapter-suite/src/processes/announcement.ts'
export {
  countFds,
  inspectProcess,
  isAlive,
  listProcesses,
} from '../../packages/adapter-suite/src/processes/processes.ts'
export { ServerProcess } from '../../packages/adapter-suite/src/processes/server-process.ts'
export { restartAndLeave } from '../../packages/adapter-suite/src/restarts.ts'
export { until, Watch } from '../../packages/adapter-suite/src/processes/until.ts'
export { eventsOf } from './events.ts'
export { FIXTURES, copyOf, tempDir, type Program } from './folders.ts'
export { freePort } from './free-port.ts'
export { startServer, type ServerOptions } from './server.ts'
