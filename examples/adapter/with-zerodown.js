// An adapter for polka, whose listen() makes a server unless app.server is one, and returns the application.
import { createServer } from 'node:http'
import { zerodown } from '@zerodown/core'
import { declare } from '@zerodown/core/adapter'

/** Gives the same application back, whose listen() now starts a server that restarts without losing a request. */
export function withZerodown(app, options = {}, instance = zerodown) {
  // Now, so that a mistake in the options is reported where it was made.
  declare(instance, options)
  const { listen } = app
  app.listen = function (...args) {
    // Now, so that an application that never listens leaves nothing behind, and before the server listens.
    this.server ??= instance.attach(createServer())
    return listen.apply(this, args)
  }
  return app
}
