export { ZerodownModule } from './module.ts'
