import { describe, expect, it } from 'vitest'
import type { Options } from '../../src/options/options.ts'
import { resolve } from '../../src/options/resolve.ts'
import { singles } from '../../src/options/table.ts'
import { validate } from '../../src/options/validate.ts'

/** Every option that has a default, and options that say just that. */
const defaults = singles
  .filter((single) => single.default !== undefined)
  .map<[string, Options]>(({ place: [option, part], default: value }) =>
    part === undefined ? [option, { [option]: value }] : [`${option}.${part}`, { [option]: { [part]: value } }],
  )

describe('a default', () => {
  it('is known for most options', () => {
    expect(defaults.map(([name]) => name)).toEqual(
      expect.arrayContaining(['signals.restart', 'readyTimeout', 'shutdownDelay', 'exit', 'logger']),
    )
  })

  it.each(defaults)('of %s may be given, and changes nothing', (_, options) => {
    expect(() => validate(options)).not.toThrow()
    expect(resolve(options)).toEqual(resolve({}))
  })
})
