import { buildPrefix, script, text, type PackageFile, type Recipe } from '../../recipe.ts'

/** Packages of one script each: what a script may do, or fail to. */

interface Small {
  readonly name: string
  readonly depends?: readonly string[]
  readonly files?: readonly PackageFile[]
  /** Default: `post-link`. */
  readonly kind?: 'pre-link' | 'post-link'
  readonly content: string
}

function small({ name, depends = [], files, kind = 'post-link', content }: Small): Recipe {
  return {
    name,
    version: '1.0',
    build: 'h0_2',
    subdir: 'noarch',
    noarch: 'generic',
    depends,
    files: [
      ...(files ?? [text(`share/${name}/README`, 'what else is here the script has made\n')]),
      script(`bin/.${name}-${kind}.sh`, `#!/bin/bash\n${content}`),
    ],
  }
}

export const smallRecipes: readonly Recipe[] = [
  small({
    name: 'script-fails',
    content: 'touch "$PREFIX/share/script-fails/half"\necho "to stdout"\necho "to stderr" >&2\nexit 3\n',
  }),
  small({
    name: 'script-prints',
    content: `echo "$PKG_NAME has something to say" >>"$PREFIX/.messages.txt"
touch "$PREFIX/share/script-prints/made"
`,
  }),
  small({
    name: 'script-outside',
    content: `echo inside >"$PREFIX/share/script-outside/inside"
echo outside >"$HOME/.outside"
echo outside >/tmp/x
echo outside >/etc/outside || true
`,
  }),
  small({
    name: 'script-reads',
    depends: ['tiny'],
    content: `cd "$PREFIX/share/script-reads"
sed 's/^/tiny is /' "$PREFIX/share/tiny/version.txt" >computed
cd - >/dev/null
{
  for name in PREFIX ROOT_PREFIX PKG_NAME PKG_VERSION PKG_BUILDNUM CONDA_PREFIX TZ LANG SOURCE_DATE_EPOCH; do
    echo "$name=\${!name-(unset)}"
  done
  echo "pwd=$(pwd)"
  echo "umask=$(umask)"
  echo "id=$(id -u)"
} >"$PREFIX/share/script-reads/conditions"
`,
  }),
  small({
    name: 'script-removes',
    depends: ['modes', 'names'],
    content: `cd "$PREFIX/share"
rm modes/private.txt
rm -r names
echo replaced >modes/shared.txt
cd script-removes
echo original >original
ln original hard
ln -s original soft
ln -s ../nowhere dangling
printf '#!/bin/sh\\necho runs\\n' >runs
chmod 755 runs
mkdir empty
`,
  }),
  small({
    name: 'script-pre-link',
    kind: 'pre-link',
    content: `mkdir -p "$PREFIX/share/script-pre-link"
echo "$PKG_NAME $PKG_VERSION" >"$PREFIX/share/script-pre-link/made-before"
`,
  }),
  small({
    name: 'script-setuid',
    content: `cd "$PREFIX/share/script-setuid"
printf '#!/bin/sh\\nid -u\\n' >setuid
chmod 4755 setuid
`,
  }),
  small({
    name: 'script-activates',
    content: `mkdir -p "$PREFIX/etc/conda/activate.d"
echo "export SCRIPT_ACTIVATES=$PKG_VERSION" >"$PREFIX/etc/conda/activate.d/script-activates.sh"
`,
  }),
  small({
    name: 'script-sleeps',
    content: 'sleep 60\ntouch "$PREFIX/share/script-sleeps/slept"\n',
  }),
  // Its own text knows the prefix, as those that are generated at build time do.
  small({
    name: 'script-placeholder',
    content: `echo ${buildPrefix} >"$PREFIX/share/script-placeholder/prefix"\n`,
  }),
]

/**
 * Asks for a file without any program but bash.
 * @param url of a folder with `network.txt`
 */
export function scriptNetwork(url: string): Recipe {
  const { hostname, port, pathname } = new URL(`${url}/network.txt`)
  return small({
    name: 'script-network',
    content: `exec 3<>/dev/tcp/${hostname}/${port || '80'} || exit 1
printf 'GET ${pathname} HTTP/1.0\\r\\n\\r\\n' >&3
cat <&3 | sed '1,/^\\r*$/d' >"$PREFIX/share/script-network/downloaded"
`,
  })
}
