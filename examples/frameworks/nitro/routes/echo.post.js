export default defineEventHandler((event) => sendStream(event, event.node.req))
