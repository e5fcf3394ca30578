/**
 * Subprotocols (RFC 6455, 1.9) whose servers keep for each WebSocket who has signed in and what was subscribed to. In a new
 * process, which knows nothing of that, a client would wait for ever, or be sent away.
 */
const WITH_STATE = /^(?:graphql-ws|graphql-transport-ws|mqtt|mqttv3\.1|v1[0-2]\.stomp|wamp\..+|xmpp|sip)$/

export const keepsState = (subprotocol: string): boolean => WITH_STATE.test(subprotocol)
