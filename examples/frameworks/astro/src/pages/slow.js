import { setTimeout as wait } from 'node:timers/promises'

export async function GET({ url }) {
  await wait(Number(url.searchParams.get('ms')))
  return Response.json({ generation: process.pid })
}
