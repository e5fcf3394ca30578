export { answersOf, expectLossless } from '../../packages/adapter-suite/src/lossless.ts'
