/** A class of kubernetes-models: it knows the schema of one kind. */
interface Kind {
  readonly prototype: { validate(this: object): void }
}

/**
 * Checks a manifest against the schema of its kind.
 * @returns the fields that the schema does not know
 * @throws for a field that is missing, or has a wrong value
 */
export function validate(kind: Kind, manifest: object): string[] {
  // The schemas allow fields that they do not know. But the validators read every field that they know, and no other.
  const read = new Set<string>()
  kind.prototype.validate.call(watched(manifest, read))
  return pathsIn(manifest).filter((path) => !read.has(path))
}

/** A view of a value that notes the path of each field that is read. */
function watched(value: object, read: Set<string>, path = ''): object {
  return new Proxy(value, {
    get(target, name, receiver) {
      const field: unknown = Reflect.get(target, name, receiver)
      const here = `${path}/${String(name)}`
      read.add(here)
      return isObject(field) ? watched(field, read, here) : field
    },
  })
}

function pathsIn(value: object, path = ''): string[] {
  const fields = Object.entries(value).map(([name, field]): [string, unknown] => [`${path}/${name}`, field])
  const within = fields.flatMap(([here, field]) => (isObject(field) ? pathsIn(field, here) : []))
  return fields.map(([here]) => here).concat(within)
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null
