/** Built twice, for both ways to start it. What is standalone has a folder of its own. */
const standalone = process.env.STANDALONE !== undefined

export default {
  ...(standalone ? { output: 'standalone', distDir: '.next-standalone' } : {}),
  // Else it takes the folder of the next lockfile above for the root.
  outputFileTracingRoot: import.meta.dirname,
  turbopack: { root: import.meta.dirname },
}
