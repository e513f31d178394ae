/**
 * The rooms of src/ from the ground up. A file imports from its own room and from those below it; nothing imports in a
 * circle, types included. `script/test` checks both.
 */
const rooms = [
  'common',
  'oci',
  'registry',
  'environment',
  'channels',
  'micromamba',
  'lock',
  'packages',
  'prefix',
  'bytecode',
  'pip',
  'pylock',
  'base',
  'activation',
  'layers',
  'size',
  'image',
  'outputs',
  'execute',
  'action',
  'stages',
  'refresh',
]

export default {
  forbidden: [
    { name: 'no-circle', severity: 'error', from: {}, to: { circular: true } },
    ...rooms.map((room, index) => ({
      name: `${room}-imports-upwards`,
      severity: 'error',
      from: { path: `^src/${room}/` },
      to: { path: `^src/(?!(${rooms.slice(0, index + 1).join('|')})/)` },
    })),
    {
      name: 'room-without-a-place',
      comment: 'A new room is to be put into the list above.',
      severity: 'error',
      from: { path: `^src/(?!(${rooms.join('|')})/)[^/]+/` },
      to: {},
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(node:|node_modules)' },
  },
}
