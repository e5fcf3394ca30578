import { isNativeHandle } from '../node/internals/handles.ts'
import type { Carrier } from './carrier.ts'

/**
 * Passes on whatever comes over one of two carriers over the other, as it is and in its order, handles included. When one
 * ends, so does the other.
 */
export function relay(one: Carrier, other: Carrier): void {
  passOn(one, other)
  passOn(other, one)
}

function passOn(from: Carrier, to: Carrier): void {
  from.onMessage((message, handle) => {
    if (!isNativeHandle(handle)) to.send(message as object)
    else if (to.open) to.send(message as object, handle, () => handle.close())
    else handle.close()
  })
  from.onEnd(() => to.close())
}
