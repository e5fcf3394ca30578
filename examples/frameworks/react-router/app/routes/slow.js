import { setTimeout as wait } from 'node:timers/promises'

export async function loader({ request }) {
  await wait(Number(new URL(request.url).searchParams.get('ms')))
  return Response.json({ generation: process.pid })
}
