/**
 * The module for NestJS.
 * @module @zerodown/nest
 */
export { ZerodownModule } from './module.ts'
