/** Link scripts as packages have them. */

const license = `#!/bin/bash
cat <<EOF >> "\${PREFIX}/.messages.txt"
By downloading and using \${PKG_NAME} \${PKG_VERSION} you accept the terms of its license:
https://license.example/\${PKG_NAME}/index.html

EOF
`

const hint = `#!/usr/bin/env bash

echo "
##################################################################
\${PKG_NAME} version \${PKG_VERSION}-\${PKG_BUILDNUM} is there now!

 > It is not built with "everything"; set \\$HINT_DIR to a directory of yours.
" > $PREFIX/.messages.txt
`

const lines = `echo "" >> "$PREFIX"/.messages.txt
echo -n "The compiler is not installed with it. " >> "$PREFIX"/.messages.txt
echo "It's needed, though." >> "$PREFIX"/.messages.txt 2>&1
exit 0
echo never
`

const database = `#!/bin/sh
DIR="$PREFIX/share/$PKG_NAME-$PKG_VERSION-$PKG_BUILDNUM"
{
  echo "The database is not in the package. To fetch it:"
  echo
  printf '  cd %s\\n' "$DIR"
  echo "  \\"./fetch.sh\\" --all"
} >> "$PREFIX/.messages.txt" 2>&1
`

const quoted = `cat << 'EOF' >> $PREFIX/.messages.txt
Put this into your ~/.bashrc:

    export PATH="$HOME/tools:$PATH" \\
      EXTRA=\`date\`
EOF
`

const terminal = `#!/bin/bash
# Nobody may be there to read it.
RED='\\033[0;31m'
NOCOLOR="\\e[0m"
echo -e "\${RED}Mind this\${NOCOLOR}:\\tit is for the terminal\\n"
echo "and this for errors" >&2
printf "100%% of %s and \\"%s\\"\\n" $PKG_NAME "the rest" || true
if [ -z "\${PKG_NAME:-}" ]; then
  curl https://nowhere.example
elif [[ $PKG_NAME == demo && -n $PREFIX ]]; then
  : nothing
  cat <<-END
	indented
	END
fi
`

/** Some do nothing at all. */
const nothing = `#!/bin/bash
# mkdir -p $PREFIX/share
true
`

/** Each only prints. By what it is about. */
export const printingScripts: Readonly<Record<string, string>> = {
  license,
  hint,
  lines,
  database,
  quoted,
  terminal,
  nothing,
}
