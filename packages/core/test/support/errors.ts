import { expect } from 'vitest'
import type { ZerodownErrorCode } from '../../src/errors.ts'

type Name = ZerodownErrorCode extends `ERR_ZERODOWN_${infer Rest}` ? Rest : never

/** An error of that code, whatever it says. */
export const code = (name: Name): Error => expect.objectContaining({ code: `ERR_ZERODOWN_${name}` }) as Error
