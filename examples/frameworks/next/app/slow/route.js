import { setTimeout as wait } from 'node:timers/promises'
import { after } from 'next/server'

export async function GET(request) {
  after(async () => {
    await wait(100)
    console.log('cleaned up: after the answer')
  })
  await wait(Number(request.nextUrl.searchParams.get('ms')))
  return Response.json({ generation: process.pid })
}
