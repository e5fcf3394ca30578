import type { InheritedListener } from './inherited.ts'
import { putBack } from './second-path.ts'
import { addPermissions, identify, removeUnixPath } from './unix-path.ts'

export interface PathOwnership {
  /** The inherited listener that is bound to it; `undefined` where this process has bound it. */
  readonly adopted: InheritedListener | undefined
  /** What `listen()` adds to its permissions. */
  readonly permissions: number
  /** Whether it is this process's to change: what is inherited is the predecessor's until the commit, and the successor's after the next one. */
  isOurs(): boolean
}

/** The file of a unix socket on which a server listens, or is about to. */
export class OwnedPath {
  readonly path: string
  readonly #ownership: PathOwnership
  /** Which file it is, so that no other one is ever removed in its place. */
  #file: string | undefined

  constructor(path: string, ownership: PathOwnership) {
    this.path = path
    this.#ownership = ownership
  }

  /** The server listens. */
  listens(): void {
    this.#file = identify(this.path)
  }

  /** Gives an inherited path the permissions that `listen()` asked for. */
  open(): void {
    const { adopted, permissions } = this.#ownership
    if (adopted !== undefined && this.#ownership.isOurs()) addPermissions(this.path, permissions)
  }

  /** Puts it back where a predecessor that served there, too, has removed it. */
  putBack(): void {
    const second = this.#ownership.adopted?.secondPath
    if (second !== undefined && this.#ownership.isOurs()) putBack(this.path, second)
  }

  /** libuv removes only the path that it has bound, which is a temporary one. */
  remove(): void {
    if (this.#ownership.isOurs()) removeUnixPath(this.path, this.#file)
  }
}
