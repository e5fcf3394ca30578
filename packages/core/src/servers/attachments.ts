import type { Server } from 'node:net'

/** What can be known of a server that is attached. */
export interface Attachment {
  /** Its listener's name: `tcp:127.0.0.1:8080`, `unix:/run/app.sock`; `unknown` before it listens. */
  readonly key: string
}

const attachments = new WeakMap<Server, Attachment>()

export function remember(server: Server, attachment: Attachment): void {
  attachments.set(server, attachment)
}

/** Of a server that is attached, to whichever instance; else `undefined`. */
export const attachmentOf = (server: Server): Attachment | undefined => attachments.get(server)
