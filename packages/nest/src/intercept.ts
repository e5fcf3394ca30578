import { HttpAdapterHost, NestApplication } from '@nestjs/core'

/** What is done in place of three methods of an application. Each is given the application, and the method to call. */
export interface Interception {
  listen(app: NestApplication, listen: () => Promise<unknown>): Promise<unknown>
  close(app: NestApplication, close: () => Promise<void>): Promise<void>
  enableShutdownHooks(app: NestApplication, enable: () => unknown): unknown
}

/** By what every application has one of, and what a provider can be given. */
const interceptions = new WeakMap<HttpAdapterHost, Interception>()

let wrapped = false

/**
 * Intercepts the methods of the one application that has this host. A module is never given its application, so the
 * methods of the class are wrapped, when the first application comes that has the module. For all other applications
 * they do what they did.
 */
export function intercept(host: HttpAdapterHost, interception: Interception): void {
  if (!wrapped) for (const name of ['listen', 'close', 'enableShutdownHooks'] as const) wrap(name)
  wrapped = true
  interceptions.set(host, interception)
}

function wrap(name: keyof Interception): void {
  const original: (...args: never[]) => unknown = NestApplication.prototype[name]
  function around(this: NestApplication, ...args: unknown[]): unknown {
    const call = (): never => Reflect.apply(original, this, args) as never
    const interception = interceptions.get(this.get(HttpAdapterHost))
    return interception === undefined ? call() : interception[name](this, call)
  }
  Object.defineProperty(NestApplication.prototype, name, { value: around, configurable: true, writable: true })
}
