import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js'
import { ElicitResultSchema } from '@modelcontextprotocol/sdk/types.js'
import { z } from 'zod'
import { EventStore } from './event-store.js'

/** One client of the server: its state, its transport, and what it was sent. */
export class Session {
  #timer

  /** @param {{ id?: string, count?: number, ticks?: number, events?: object[] }} from an earlier process */
  constructor({ id = randomUUID(), count = 0, ticks = 0, events } = {}) {
    Object.assign(this, { id, count, ticks, given: false })
    this.events = new EventStore(events)
    this.server = new McpServer({ name: 'counter', version: '1.0.0' }, { capabilities: { logging: {} } })
    this.#addTools()
  }

  /** A new session, to be told of when its client has made itself known. */
  static async begin(onBegun, onEnded) {
    const session = new Session()
    await session.#connect({ onsessioninitialized: () => onBegun(session), onsessionclosed: onEnded })
    return session
  }

  /** The session that another process has given. Its client made itself known there, so this is said once more. */
  static async take(data, onEnded) {
    const session = new Session(data)
    await session.#connect({ onsessionclosed: onEnded })
    const { capabilities, clientInfo, protocolVersion } = data.client
    await session.#hear(data.id, {
      id: 0,
      method: 'initialize',
      params: { protocolVersion, capabilities, clientInfo },
    })
    await session.#hear(data.id, { method: 'notifications/initialized' })
    if (data.ticking) session.tick()
    return session
  }

  /** What another process needs to go on. From here on, nothing changes here. */
  give() {
    clearInterval(this.#timer)
    this.given = true
    const { id, count, ticks, events } = this
    const client = {
      capabilities: this.server.server.getClientCapabilities() ?? {},
      clientInfo: this.server.server.getClientVersion(),
      protocolVersion: this.protocolVersion,
    }
    return { id, count, ticks, ticking: this.#timer !== undefined, events: events.events, client }
  }

  /** Sends a notification each 20 ms, which belongs to no call. */
  tick() {
    this.#timer ??= setInterval(() => {
      this.ticks += 1
      void this.server.sendLoggingMessage({ level: 'info', data: { tick: this.ticks, pid: process.pid } })
    }, 20)
  }

  async #connect(options) {
    this.transport = new WebStandardStreamableHTTPServerTransport({
      ...options,
      sessionIdGenerator: () => this.id,
      eventStore: this.events,
    })
    await this.server.connect(this.transport)
  }

  /** Has the transport hear a message as if the client had sent it, and reads what it answers. */
  async #hear(id, message) {
    const headers = {
      accept: 'application/json, text/event-stream',
      'content-type': 'application/json',
      'mcp-session-id': id,
    }
    const body = JSON.stringify({ jsonrpc: '2.0', ...message })
    // What is answered is none of the client's events.
    const { events } = this.events
    const before = events.length
    const answer = await this.transport.handleRequest(
      new Request('http://localhost/mcp', { method: 'POST', headers, body }),
    )
    await answer.text()
    events.splice(before)
  }

  #add(amount) {
    if (this.given) throw new Error('this session is in another process')
    this.count += amount
    return { content: [{ type: 'text', text: JSON.stringify({ count: this.count, pid: process.pid }) }] }
  }

  #addTools() {
    this.server.registerTool(
      'add',
      {
        description: 'Adds to the counter of this session',
        inputSchema: { amount: z.number(), ms: z.number().optional() },
      },
      async ({ amount, ms = 0 }, { sendNotification, _meta }) => {
        const progressToken = _meta?.progressToken
        if (progressToken !== undefined) {
          await sendNotification({ method: 'notifications/progress', params: { progressToken, progress: 1, total: 2 } })
        }
        await wait(ms)
        return this.#add(amount)
      },
    )
    this.server.registerTool(
      'add-if-allowed',
      { description: 'Asks the user, and adds to the counter of this session', inputSchema: { amount: z.number() } },
      async ({ amount }, { sendRequest }) => {
        const params = { message: `Add ${amount}?`, requestedSchema: { type: 'object', properties: {} } }
        const { action } = await sendRequest({ method: 'elicitation/create', params }, ElicitResultSchema)
        return this.#add(action === 'accept' ? amount : 0)
      },
    )
    this.server.registerTool('tick', { description: 'Sends a notification each 20 ms' }, async () => {
      this.tick()
      return { content: [{ type: 'text', text: 'ticking' }] }
    })
  }
}
