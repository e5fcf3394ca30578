export { FIXTURES, copyOf, tempDir, type Program } from './folders.ts'
export { countFds, inspectProcess, isAlive } from './processes.ts'
export { startServer, type Announcement, type ServerOptions, type ServerProcess } from './server.ts'
export { until, Watch } from './until.ts'
