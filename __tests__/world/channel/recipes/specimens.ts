import { buildPrefix, script, text, type PackageFile, type Recipe } from '../recipe.ts'
import type { Machine } from './machine.ts'

/** One small package for each thing that a package may be or have. */
export function specimenRecipes({ subdir }: Machine): Recipe[] {
  return specimens.map(({ name, version = '1.0', build = 'h0_0', ...rest }) => ({
    name,
    version,
    build,
    subdir,
    ...rest,
  }))
}

type Specimen = Partial<Recipe> & Pick<Recipe, 'name' | 'files'>

const file = (path: string, content: string, mode = 0o644): PackageFile => text(path, content, { mode })
const symlink = (path: string, target: string): PackageFile => ({ type: 'symlink', path, target })
const hardlink = (path: string, target: string): PackageFile => ({ type: 'hardlink', path, target })

const deep = `libexec${'/deep'.repeat(26)}`

const specimens: readonly Specimen[] = [
  {
    name: 'text-prefix',
    files: [
      script('bin/where-am-i', `#!/bin/sh\necho ${buildPrefix}\n`),
      // Longer than Linux reads, wherever it is installed.
      script('bin/long-shebang', `#!${buildPrefix}/${deep}/sh -e\necho long\n`),
      symlink(`${deep}/sh`, '/bin/sh'),
      text('etc/text-prefix.conf', `once ${buildPrefix}\ntwice ${buildPrefix}/lib:${buildPrefix}/bin\n`, {
        placeholder: 'text',
      }),
    ],
  },
  {
    name: 'binary-prefix',
    files: [
      {
        type: 'file',
        path: 'lib/binary-prefix.bin',
        mode: 0o755,
        placeholder: 'binary',
        content: Buffer.from(
          `\x7fBIN\0${buildPrefix}/share/one\0between\0${buildPrefix}/a:${buildPrefix}/b\0\0end`,
          'latin1',
        ),
      },
    ],
  },
  {
    name: 'links',
    files: [
      file('share/links/original.txt', 'the original\n'),
      file('share/links/folder/inside.txt', 'inside\n'),
      symlink('share/links/soft.txt', 'original.txt'),
      symlink('share/links/chain.txt', 'soft.txt'),
      symlink('share/links/up.txt', '../links/original.txt'),
      symlink('share/links/to-folder', 'folder'),
      symlink('share/links/dangling', 'not/there'),
      hardlink('share/links/hard.txt', 'share/links/original.txt'),
      hardlink('bin/links-hard', 'share/links/original.txt'),
      { type: 'directory', path: 'share/links/empty' },
    ],
  },
  {
    name: 'clobber-a',
    files: [
      file('share/clobber/both.txt', 'from clobber-a\n'),
      file('share/clobber/file-then-link', 'a file of clobber-a\n'),
      symlink('share/clobber/link-then-file', 'both.txt'),
      file('share/clobber/only-a.txt', 'only in clobber-a\n'),
    ],
  },
  {
    name: 'clobber-b',
    // After the other one in every order.
    depends: ['clobber-a'],
    files: [
      file('share/clobber/both.txt', 'from clobber-b, and longer\n'),
      symlink('share/clobber/file-then-link', 'both.txt'),
      file('share/clobber/link-then-file', 'a file of clobber-b\n'),
    ],
  },
  {
    name: 'activation',
    files: [
      file(
        'etc/conda/activate.d/activation.sh',
        'export ACTIVATION_HOME="${CONDA_PREFIX}/share/activation"\n',
      ),
      file('etc/conda/deactivate.d/activation.sh', 'unset ACTIVATION_HOME\n'),
      file('share/activation/README', 'found by ACTIVATION_HOME\n'),
    ],
  },
  {
    // As careless as those of some well-known packages: ends a shell that has `set -e` or `set -u` on.
    name: 'activation-careless',
    files: [
      file(
        'etc/conda/activate.d/careless.sh',
        [
          'if [ "$CARELESS_NEVER_SET" = yes ]; then echo never; fi',
          'false',
          'export CARELESS=activated',
          'set -eu',
          '',
        ].join('\n'),
      ),
      file('etc/conda/deactivate.d/careless.sh', 'false\nunset CARELESS\n'),
    ],
  },
  {
    // Fails, and takes a shell along that does not look out.
    name: 'activation-failing',
    files: [
      file(
        'etc/conda/activate.d/failing.sh',
        'set -e\nexport FAILING_BEFORE=set\nno-such-command-anywhere\nreturn 3\n',
      ),
    ],
  },
  {
    name: 'variables',
    files: [
      file(
        'etc/conda/env_vars.d/variables.json',
        '{"VARIABLES_GREETING": "good day, it\'s me", "VARIABLES_EMPTY": ""}\n',
      ),
    ],
  },
  {
    name: 'modes',
    files: [
      file('share/modes/private.txt', '0600\n', 0o600),
      file('share/modes/read-only.txt', '0444\n', 0o444),
      file('share/modes/shared.txt', '0664\n', 0o664),
      file('share/modes/runs', '#!/bin/sh\necho runs\n', 0o755),
    ],
  },
  {
    name: 'names',
    files: [
      file('share/names/with space.txt', 'with space\n'),
      file('share/names/größer 😀.txt', 'UTF-8\n'),
      file('share/names/quote\'s "double" $HOME.txt', 'quotes\n'),
      file('share/names/-dash', 'dash\n'),
      file(
        `share/names/${'long-'.repeat(24)}/${'name-'.repeat(24)}.txt`,
        'too long for the old tar header\n',
      ),
      script('bin/names with space', `#!/bin/sh\necho ${buildPrefix}\n`),
    ],
  },
  {
    name: 'post-link',
    files: [
      file('share/post-link/README', 'its script makes share/post-link/linked\n'),
      file('bin/.post-link-post-link.sh', 'touch "$PREFIX/share/post-link/linked"\n', 0o755),
    ],
  },
  {
    name: 'message',
    build: 'h0_7',
    files: [
      file('share/message/README', 'its scripts do nothing, but for one that never runs here\n'),
      file('bin/.message-pre-link.sh', '#!/bin/sh\nexit 0\n', 0o755),
      file(
        'bin/.message-post-link.sh',
        'cat <<EOF >> $PREFIX/.messages.txt\n$PKG_NAME $PKG_VERSION-$PKG_BUILDNUM has no data.\n::warning::get it\nEOF\n',
        0o755,
      ),
      file('bin/.message-pre-unlink.sh', 'rm -r "$PREFIX/share/message"\n', 0o755),
    ],
  },
  {
    name: 'older-bz2',
    build: '3',
    format: 'tar.bz2',
    files: [
      file('share/older-bz2/README', 'a .tar.bz2 with paths.json\n'),
      script('bin/older-bz2', `#!/bin/sh\necho ${buildPrefix}/share/older-bz2\n`),
    ],
  },
  {
    name: 'oldest-bz2',
    version: '0.3',
    build: '1',
    format: 'old tar.bz2',
    files: [
      file('share/oldest-bz2/README', 'a .tar.bz2 without paths.json\n'),
      symlink('share/oldest-bz2/LINK', 'README'),
      script('bin/oldest-bz2', `#!/bin/sh\necho ${buildPrefix}/share/oldest-bz2\n`),
    ],
  },
  // What the solver asks of the machine.
  { name: 'needs-glibc', depends: ['__glibc >=2.38'], files: [file('share/needs-glibc', 'new\n')] },
  {
    name: 'needs-cuda',
    version: '12.0',
    depends: ['__cuda >=12'],
    files: [file('share/needs-cuda', 'GPU\n')],
  },
  ...['x86_64', 'x86_64_v3', 'aarch64'].map((processor) => ({
    name: 'tuned',
    build: `${processor}_0`,
    depends: [`__archspec 1 ${processor}`],
    files: [file('share/tuned', `for ${processor}\n`)],
  })),
  // Together they have no solution.
  { name: 'wants-old-tiny', depends: ['tiny <2'], files: [file('share/wants-old-tiny', '\n')] },
  { name: 'wants-new-tiny', depends: ['tiny >=2'], files: [file('share/wants-new-tiny', '\n')] },
]

/** Tiny packages in several versions, for bumps; the newest is what an unpinned spec gets. */
export const tinyRecipes: readonly Recipe[] = [
  ...['1.0', '1.1', '2.0'].map((version) => tiny('tiny', version)),
  ...['1.0', '1.1'].map((version) => tiny('tiny-data', version, ['tiny'])),
  tiny('tiny-app', '0.1', ['tiny-data >=1.0']),
  tiny('tiny-app', '0.2', ['tiny-data >=1.1', 'tiny >=2']),
]

function tiny(name: string, version: string, depends: readonly string[] = []): Recipe {
  return {
    name,
    version,
    build: 'h0_0',
    subdir: 'noarch',
    noarch: 'generic',
    depends,
    files: [file(`share/${name}/version.txt`, `${version}\n`)],
  }
}
