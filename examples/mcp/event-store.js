/** What one session has sent, by which a stream goes on behind the last event that its client has. */
export class EventStore {
  /** @param {{ id: string, streamId: string, message: object }[]} events of an earlier process */
  constructor(events = []) {
    this.events = events
  }

  async storeEvent(streamId, message) {
    const id = String(Number(this.events.at(-1)?.id ?? 0) + 1)
    this.events.push({ id, streamId, message })
    if (this.events.length > 1000) this.events.shift()
    return id
  }

  async getStreamIdForEventId(lastId) {
    return this.events.find(({ id }) => id === lastId)?.streamId
  }

  async replayEventsAfter(lastId, { send }) {
    const streamId = await this.getStreamIdForEventId(lastId)
    const missed = this.events.filter((event) => event.streamId === streamId && Number(event.id) > Number(lastId))
    // What only primes a stream says nothing.
    for (const { id, message } of missed) if ('jsonrpc' in message) await send(id, message)
    return streamId
  }
}
