/**
 * Gives a function the members of an instance, so that it can be used as either. Methods are bound: they work when they
 * are taken off (`const { listenAndServe } = require('zerodown')`), and one that returns its instance returns the
 * function.
 */
export function withMembersOf<Target extends object, Instance extends object>(
  target: Target,
  instance: Instance,
): Target & Instance {
  for (let owner: object = instance; owner !== Object.prototype; owner = Object.getPrototypeOf(owner) as object) {
    for (const name of Object.getOwnPropertyNames(owner)) {
      // A class hides what it overrides. Names with an underscore are internal to the emitter.
      if (name === 'constructor' || name.startsWith('_') || Object.hasOwn(target, name)) continue
      Object.defineProperty(target, name, {
        get: readerOf(target, instance, name),
        configurable: true,
        enumerable: true,
      })
    }
  }
  return target as Target & Instance
}

function readerOf(target: object, instance: object, name: string): () => unknown {
  const member: unknown = Reflect.get(instance, name)
  if (typeof member !== 'function') return () => Reflect.get(instance, name)
  const bound = (...args: unknown[]): unknown => {
    const result: unknown = Reflect.apply(member, instance, args)
    return result === instance ? target : result
  }
  return () => bound
}
