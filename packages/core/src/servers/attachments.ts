import type { Server } from 'node:net'

/** What others can know of an attached server. */
export interface Attachment {
  /** Its listener's name: `tcp:127.0.0.1:8080`, `unix:/run/app.sock`; `unknown` before it listens. */
  readonly key: string
}

const attachments = new WeakMap<Server, Attachment>()

export function remember(server: Server, attachment: Attachment): void {
  attachments.set(server, attachment)
}

/** @returns `undefined` for a server that no instance has attached */
export const attachmentOf = (server: Server): Attachment | undefined => attachments.get(server)
