import { setTimeout as wait } from 'node:timers/promises'

export default defineEventHandler(async (event) => {
  await wait(Number(getQuery(event).ms))
  return { generation: process.pid }
})
