/** A file that does not fit into the buffers of a connection. */
const large = {
  name: 'large',
  generateBundle() {
    this.emitFile({ type: 'asset', fileName: 'large.bin', source: Buffer.alloc(16_000_000) })
  },
}

export default { plugins: [large] }
