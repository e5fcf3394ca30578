import { dirname, join, relative, resolve, sep } from 'node:path'

/**
 * Imports run one way: a folder knows itself and the layers below it, in types as well. Options: the folder of the
 * layers, and its layers from the ground up. A layer is a folder, or a list of folders and files that stand side by
 * side; what is not listed is the top layer.
 */
const layers = {
  meta: { type: 'problem', schema: [{ type: 'object' }] },

  create(context) {
    const [{ root, order }] = context.options
    const base = resolve(context.cwd, root)
    const places = order.map((layer) => [layer].flat())

    const rankOf = (file) => {
      const [first] = relative(base, file).split(sep)
      const rank = places.findIndex((layer) => layer.includes(first))
      return rank === -1 ? places.length : rank
    }

    const check = ({ source }) => {
      if (!source?.value?.startsWith('.')) return
      const target = join(dirname(context.filename), source.value)
      if (relative(base, target).startsWith('..') || rankOf(target) <= rankOf(context.filename)) return
      const way = [context.filename, target].map((file) => relative(base, file).replaceAll(sep, '/'))
      const names = places.map((layer) => layer.join(', ')).join(' < ')
      context.report({
        node: source,
        message: `${way[0]} must not import ${way[1]}, which stands above it. From the ground up: ${names} < all other files.`,
      })
    }

    return {
      ImportDeclaration: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
      ImportExpression: check,
      TSImportType: check,
    }
  },
}

export default { meta: { name: 'zerodown' }, rules: { layers } }
