/**
 * Puts a method of the object itself before that of its class.
 * @returns how to take it away again
 */
export function shadow<Of extends object, Name extends keyof Of & string>(
  object: Of,
  name: Name,
  make: (before: Of[Name]) => Of[Name],
): () => void {
  const own = Object.getOwnPropertyDescriptor(object, name)
  const before = object[name]
  const value = make(before)
  Object.defineProperty(object, name, { value, writable: true, configurable: true, enumerable: false })
  return () => {
    // Another one may have been put before it meanwhile.
    if (object[name] !== value) return
    if (own === undefined) Reflect.deleteProperty(object, name)
    else Object.defineProperty(object, name, own)
  }
}
