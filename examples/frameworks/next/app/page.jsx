import { connection } from 'next/server'

export default async function Page() {
  await connection() // Rendered for each request.
  return <h1>Process {process.pid}</h1>
}
