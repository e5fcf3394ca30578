import { describe, expect, it } from 'vitest'
import { ZerodownError, messageOf } from '../src/errors.ts'

describe('ZerodownError', () => {
  it('is recognised by its code, and tells its cause', () => {
    const cause = new Error('the disk is full')
    const error = new ZerodownError('ERR_ZERODOWN_PID_FILE', 'cannot write', { cause })
    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({ code: 'ERR_ZERODOWN_PID_FILE', message: 'cannot write', cause })
    expect(error.name).toBe('ZerodownError')
    expect(`${error}`).toBe('ZerodownError: cannot write')
  })

  it('has no cause that nobody gave', () => {
    expect('cause' in new ZerodownError('ERR_ZERODOWN_OPTION', 'no')).toBe(false)
  })
})

describe('messageOf', () => {
  it('reads an error', () => expect(messageOf(new RangeError('too far'))).toBe('too far'))

  it.each([
    ['a text', 'a text'],
    [42, '42'],
    [undefined, 'undefined'],
    [null, 'null'],
  ])('reads %j, which is no error', (thrown, message) => expect(messageOf(thrown)).toBe(message))

  it('reads an object without a prototype, which has no text of its own', () => {
    expect(() => messageOf(Object.create(null))).not.toThrow()
  })
})
