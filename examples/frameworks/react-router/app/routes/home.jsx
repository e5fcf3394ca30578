export const loader = () => ({ pid: process.pid })

export default function Home({ loaderData }) {
  return <h1>Process {loaderData.pid}</h1>
}
